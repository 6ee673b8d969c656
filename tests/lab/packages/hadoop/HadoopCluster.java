import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** Hadoop's own name node or resource manager on loopback: {@code hdfs|yarn FOLDER PORT CANARY}. */
public final class HadoopCluster {
    private static final String LOOPBACK = "127.0.0.1:";
    private static final String FIFO =
            "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler";

    private HadoopCluster() {}

    public static void main(String[] words) throws Exception {
        File home = new File(words[1]);
        int port = Integer.parseInt(words[2]);
        System.setProperty("test.build.data", home.getPath());
        if (words[0].equals("hdfs")) {
            nameNode(home, port, words[3]);
        } else {
            resourceManager(port);
        }
        Thread.sleep(Long.MAX_VALUE);
    }

    /** One name node and one data node, with one file whose content is the canary. */
    private static void nameNode(File home, int port, String canary) throws Exception {
        MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(new Configuration(), home)
                        .nameNodeHttpPort(port)
                        .numDataNodes(1)
                        .build();
        cluster.waitActive();
        FileSystem files = cluster.getFileSystem();
        try (OutputStream fax = files.create(new Path("/faxes/1"))) {
            fax.write(canary.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A resource manager and one node that could run something. */
    private static void resourceManager(int port) {
        YarnConfiguration settings = new YarnConfiguration();
        settings.setBoolean(YarnConfiguration.YARN_MINICLUSTER_FIXED_PORTS, true);
        settings.set(YarnConfiguration.RM_SCHEDULER, FIFO);
        settings.set(YarnConfiguration.RM_WEBAPP_ADDRESS, LOOPBACK + port);
        for (String free :
                new String[] {
                    YarnConfiguration.RM_ADDRESS,
                    YarnConfiguration.RM_SCHEDULER_ADDRESS,
                    YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS,
                    YarnConfiguration.RM_ADMIN_ADDRESS,
                }) {
            settings.set(free, LOOPBACK + "0");
        }
        MiniYARNCluster cluster = new MiniYARNCluster("lab", 0, 1, 1);
        cluster.init(settings);
        cluster.start();
    }
}
