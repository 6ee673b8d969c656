import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.webapp.WebAppContext;

/** Serves a Solr that was still a war below /solr on loopback, until it is ended. */
final class SolrWar {
    private SolrWar() {
    }

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector where = new ServerConnector(server);
        where.setHost("127.0.0.1");
        where.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(where);
        server.setHandler(new WebAppContext(arguments[0], "/solr"));
        server.start();
        server.join();
    }
}
