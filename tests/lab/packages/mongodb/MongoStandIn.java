import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/** Serves mongo-java-server's memory backend at the address and port given, until it is ended. */
final class MongoStandIn {
    private MongoStandIn() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        InetSocketAddress where = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        MongoServer server = new MongoServer(new MemoryBackend());
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind(where);
        new CountDownLatch(1).await();
    }
}
