import java.io.File;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.LocalHBaseCluster;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.rest.RESTServer;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.hbase.zookeeper.MiniZooKeeperCluster;

/** HBase in one process with its REST gateway, on loopback, with one row of one table. */
final class HbaseGateway {
    private HbaseGateway() {
    }

    /** Takes a folder, the gateway's port, ZooKeeper's port, and a value. */
    public static void main(String[] arguments) throws Exception {
        Configuration settings = HBaseConfiguration.create();
        settings.set("hbase.rootdir", "file://" + arguments[0] + "/root");
        settings.set("hbase.tmp.dir", arguments[0] + "/tmp");
        settings.setBoolean("hbase.unsafe.stream.capability.enforce", false);
        settings.set("hbase.master.hostname", "localhost");
        settings.set("hbase.regionserver.hostname", "localhost");
        settings.set("hbase.master.ipc.address", "127.0.0.1");
        settings.set("hbase.regionserver.ipc.address", "127.0.0.1");
        settings.setInt("hbase.master.port", 0);
        settings.setInt("hbase.regionserver.port", 0);
        settings.setInt("hbase.master.info.port", -1);
        settings.setInt("hbase.regionserver.info.port", -1);
        settings.set("hbase.rest.host", "127.0.0.1");
        settings.setInt("hbase.rest.port", Integer.parseInt(arguments[1]));
        settings.setInt("hbase.rest.info.port", -1);
        settings.set("hbase.zookeeper.quorum", "localhost");
        MiniZooKeeperCluster keeper = new MiniZooKeeperCluster(settings);
        keeper.setDefaultClientPort(Integer.parseInt(arguments[2]));
        settings.setInt("hbase.zookeeper.property.clientPort",
            keeper.startup(new File(arguments[0], "zookeeper")));
        new LocalHBaseCluster(settings, 1, 1).startup();
        TableName faxes = TableName.valueOf("faxes");
        try (Connection connection = ConnectionFactory.createConnection(settings);
            Admin admin = connection.getAdmin()) {
            admin.createTable(TableDescriptorBuilder.newBuilder(faxes)
                .setColumnFamily(ColumnFamilyDescriptorBuilder.of("patient")).build());
            try (Table table = connection.getTable(faxes)) {
                table.put(new Put(Bytes.toBytes(arguments[3]))
                    .addColumn(Bytes.toBytes("patient"), Bytes.toBytes("name"),
                        Bytes.toBytes(arguments[3])));
            }
        }
        RESTServer gateway = new RESTServer(settings);
        gateway.run();
    }
}
