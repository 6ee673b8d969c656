import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/** Serves a Solr home below /solr on loopback, in Solr's own embedded Jetty, until it is ended. */
final class SolrStandIn {
    private SolrStandIn() {
    }

    public static void main(String[] arguments) throws Exception {
        JettyConfig where = JettyConfig.builder().setPort(Integer.parseInt(arguments[1])).build();
        new JettySolrRunner(arguments[0], new Properties(), where).start();
        new CountDownLatch(1).await();
    }
}
