import java.nio.file.Path;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.harness.Neo4jBuilders;

/** Neo4j Community with its own HTTP and Bolt servers, until it is ended. */
final class Neo4jStandIn {
    private static final long PAGES = 16L << 20;

    private Neo4jStandIn() {
    }

    /** Takes a folder, the ports of HTTP and Bolt, whether to demand a password, and a statement. */
    public static void main(String[] arguments) throws InterruptedException {
        Neo4jBuilders.newInProcessBuilder(Path.of(arguments[0]))
            .withConfig(HttpConnector.listen_address, at(arguments[1]))
            .withConfig(BoltConnector.listen_address, at(arguments[2]))
            .withConfig(GraphDatabaseSettings.auth_enabled, Boolean.parseBoolean(arguments[3]))
            .withConfig(GraphDatabaseSettings.pagecache_memory, PAGES)
            .withFixture(arguments[4])
            .build();
        Thread.currentThread().join();
    }

    private static SocketAddress at(String port) {
        return new SocketAddress("127.0.0.1", Integer.parseInt(port));
    }
}
