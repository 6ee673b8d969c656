import java.util.List;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.ConnectorConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;

/** One node of Ignite with two caches of one entry each, on loopback, until it is ended. */
final class IgniteStandIn {
    private static final long MEMORY = 64L << 20;

    private IgniteStandIn() {
    }

    /** Takes a folder, three ports, whether to demand a user, and a value; HTTP is a property. */
    public static void main(String[] arguments) throws InterruptedException {
        int discovery = Integer.parseInt(arguments[2]);
        boolean locked = Boolean.parseBoolean(arguments[4]);
        TcpDiscoveryVmIpFinder alone = new TcpDiscoveryVmIpFinder();
        alone.setAddresses(List.of("127.0.0.1:" + discovery));
        DataRegionConfiguration memory = new DataRegionConfiguration()
            .setInitialSize(MEMORY)
            .setMaxSize(MEMORY)
            .setPersistenceEnabled(locked); // users are kept there
        Ignite node = Ignition.start(new IgniteConfiguration()
            .setLocalHost("127.0.0.1")
            .setWorkDirectory(arguments[0])
            .setClientConnectorConfiguration(null)
            .setConnectorConfiguration(
                new ConnectorConfiguration().setPort(Integer.parseInt(arguments[1])))
            .setDiscoverySpi(
                new TcpDiscoverySpi().setLocalPort(discovery).setLocalPortRange(0).setIpFinder(alone))
            .setCommunicationSpi(
                new TcpCommunicationSpi().setLocalPort(Integer.parseInt(arguments[3])))
            .setDataStorageConfiguration(
                new DataStorageConfiguration().setDefaultDataRegionConfiguration(memory))
            .setAuthenticationEnabled(locked));
        node.cluster().state(ClusterState.ACTIVE);
        for (String name : List.of("faxes", "prescriptions")) {
            node.<Integer, String>getOrCreateCache(name).put(1, arguments[5]);
        }
        Thread.currentThread().join();
    }
}
