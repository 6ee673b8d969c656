import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;

/** Runs ActiveMQ Classic or Artemis in memory, for the lab only: product, door, ports, login. */
public final class MessageBroker {
  public static void main(String[] words) throws Exception {
    var isLocked = words[1].equals("locked");
    if (words[0].equals("artemis")) {
      artemis(words[2], isLocked, words[4], words[5], new File(words[6]));
    } else {
      classic(words[2], words[3], isLocked, words[4], words[5]);
    }
    Thread.currentThread().join();
  }

  private static void classic(
      String stomp, String openwire, boolean isLocked, String user, String password)
      throws Exception {
    var broker = new BrokerService();
    broker.setPersistent(false);
    broker.setUseJmx(false);
    broker.addConnector("stomp://127.0.0.1:" + stomp);
    broker.addConnector("tcp://127.0.0.1:" + openwire);
    if (isLocked) {
      var users = List.of(new AuthenticationUser(user, password, "users"));
      broker.setPlugins(new BrokerPlugin[] {new SimpleAuthenticationPlugin(users)});
    }
    broker.start();
  }

  private static void artemis(
      String stomp, boolean isLocked, String user, String password, File home) throws Exception {
    var settings = new ConfigurationImpl();
    settings.setPersistenceEnabled(false);
    settings.setSecurityEnabled(isLocked);
    settings.setJMXManagementEnabled(false);
    settings.setBrokerInstance(home);
    settings.addAcceptorConfiguration("door", "tcp://127.0.0.1:" + stomp + "?protocols=STOMP");
    var server = new EmbeddedActiveMQ();
    server.setConfiguration(settings);
    if (isLocked) {
      var users = new SecurityConfiguration(Map.of(user, password), Map.of(user, List.of("users")));
      var all = true;
      var role = new Role("users", all, all, all, all, all, all, all, all, all, all, all, all);
      settings.putSecurityRoles("#", Set.of(role));
      server.setSecurityManager(
          new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
    }
    server.start();
  }
}
