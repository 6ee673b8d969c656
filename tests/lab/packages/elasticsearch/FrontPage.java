import java.util.List;
import java.util.Collection;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.Build;
import org.elasticsearch.action.admin.cluster.state.ClusterStateRequest;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.RestActionListener;
import org.elasticsearch.action.admin.cluster.state.ClusterStateResponse;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Gives GET / back to a node whose distribution lacks the module that answers it.
 *
 * <p>The facts are the node's own; only their order on the page is written here, as the module has it.
 */
public final class FrontPage extends Plugin implements ActionPlugin {
    private final String node;

    public FrontPage(Settings settings) {
        node = settings.get("node.name");
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
            Settings settings,
            NamedWriteableRegistry writeables,
            RestController controller,
            ClusterSettings clusterSettings,
            IndexScopedSettings indexSettings,
            SettingsFilter filter,
            IndexNameExpressionResolver resolver,
            Supplier<DiscoveryNodes> nodes,
            Predicate<NodeFeature> features) {
        return List.of(new Handler(node));
    }

    private static final class Handler extends BaseRestHandler {
        private final String node;

        private Handler(String node) {
            this.node = node;
        }

        @Override
        public String getName() {
            return "lab_front_page";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            // By way of an action, so that a caller whom security refuses the cluster's state is refused here.
            ClusterStateRequest facts = new ClusterStateRequest(TimeValue.timeValueSeconds(5)).clear().metadata(true);
            return channel -> client.admin().cluster().state(facts, new RestActionListener<ClusterStateResponse>(channel) {
                @Override
                protected void processResponse(ClusterStateResponse told) throws Exception {
                    XContentBuilder page = channel.newBuilder().prettyPrint().lfAtEnd();
                    write(page, told.getState());
                    channel.sendResponse(new RestResponse(RestStatus.OK, page));
                }
            });
        }

        private void write(XContentBuilder page, ClusterState state) throws java.io.IOException {
            Build build = Build.current();
            page.startObject()
                .field("name", node)
                .field("cluster_name", state.getClusterName().value())
                .field("cluster_uuid", state.metadata().clusterUUID())
                .startObject("version")
                .field("number", build.qualifiedVersion())
                .field("build_flavor", build.flavor())
                .field("build_type", build.type().displayName())
                .field("build_hash", build.hash())
                .field("build_date", build.date())
                .field("build_snapshot", build.isSnapshot())
                .field("lucene_version", org.apache.lucene.util.Version.LATEST.toString())
                .field("minimum_wire_compatibility_version", build.minWireCompatVersion())
                .field("minimum_index_compatibility_version", build.minIndexCompatVersion())
                .endObject()
                .field("tagline", "You Know, for Search")
                .endObject();
        }
    }
}
