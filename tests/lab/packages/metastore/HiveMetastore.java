import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hive.metastore.HiveMetaStore;
import org.apache.hadoop.hive.metastore.IHMSHandler;
import org.apache.hadoop.hive.metastore.RetryingHMSHandler;
import org.apache.hadoop.hive.metastore.api.Database;
import org.apache.hadoop.hive.metastore.api.FieldSchema;
import org.apache.hadoop.hive.metastore.api.SerDeInfo;
import org.apache.hadoop.hive.metastore.api.StorageDescriptor;
import org.apache.hadoop.hive.metastore.api.Table;
import org.apache.hadoop.hive.metastore.api.ThriftHiveMetastore;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;
import org.apache.thrift.server.TThreadPoolServer;
import org.apache.thrift.transport.TSaslServerTransport;
import org.apache.thrift.transport.TServerSocket;
import org.apache.thrift.transport.TTransportFactory;

/** Hive's metastore on Derby in memory, on loopback, with one table; its own main binds it all. */
final class HiveMetastore {
    private static final String TASK = "org.apache.hadoop.hive.metastore.events.EventCleanerTask";

    private HiveMetastore() {
    }

    /** Takes a folder, a port, whether to demand SASL, and a value. */
    public static void main(String[] arguments) throws Exception {
        Configuration settings = settings(arguments[0]);
        IHMSHandler handler = RetryingHMSHandler.getProxy(
            settings, new HiveMetaStore.HMSHandler("lab", settings, false), false);
        handler.init();
        fill(handler, arguments[0], arguments[3]);
        TTransportFactory transports = Boolean.parseBoolean(arguments[2])
            ? new TSaslServerTransport.Factory("DIGEST-MD5", "hive", "lab", Map.of(), asked -> { })
            : new TTransportFactory();
        InetSocketAddress where =
            new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[1]));
        new TThreadPoolServer(new TThreadPoolServer.Args(new TServerSocket(where))
            .processor(new ThriftHiveMetastore.Processor<>(handler))
            .transportFactory(transports)).serve();
    }

    private static Configuration settings(String folder) {
        Configuration settings = MetastoreConf.newMetastoreConf();
        MetastoreConf.setVar(settings, MetastoreConf.ConfVars.CONNECT_URL_KEY,
            "jdbc:derby:memory:lab;create=true");
        MetastoreConf.setVar(settings, MetastoreConf.ConfVars.WAREHOUSE, folder + "/warehouse");
        MetastoreConf.setVar(settings, MetastoreConf.ConfVars.EXPRESSION_PROXY_CLASS,
            "org.apache.hadoop.hive.metastore.DefaultPartitionExpressionProxy");
        MetastoreConf.setBoolVar(settings, MetastoreConf.ConfVars.AUTO_CREATE_ALL, true);
        MetastoreConf.setBoolVar(settings, MetastoreConf.ConfVars.SCHEMA_VERIFICATION, false);
        // The tasks of Hive itself are in other jars.
        MetastoreConf.setVar(settings, MetastoreConf.ConfVars.TASK_THREADS_ALWAYS, TASK);
        MetastoreConf.setVar(settings, MetastoreConf.ConfVars.TASK_THREADS_REMOTE_ONLY, TASK);
        return settings;
    }

    private static void fill(IHMSHandler handler, String folder, String canary) throws Exception {
        String where = folder + "/clinic";
        handler.create_database(new Database("clinic", canary, where, new HashMap<>()));
        StorageDescriptor storage = new StorageDescriptor();
        storage.setCols(List.of(new FieldSchema("patient_name", "string", canary)));
        storage.setLocation(where + "/faxes");
        storage.setSerdeInfo(new SerDeInfo());
        Table table = new Table();
        table.setDbName("clinic");
        table.setTableName("faxes");
        table.setSd(storage);
        table.setPartitionKeys(new ArrayList<>());
        table.setParameters(new HashMap<>(Map.of("note", canary)));
        handler.create_table(table);
    }
}
