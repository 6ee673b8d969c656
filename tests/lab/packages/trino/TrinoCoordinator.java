import io.trino.server.testing.TestingTrinoServer;
import java.util.HashMap;
import java.util.Map;

/** Trino's own server for tests, without a catalog: {@code PORT [KEY_FILE]}. */
final class TrinoCoordinator {
    private TrinoCoordinator() {}

    public static void main(String[] words) throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("http-server.http.port", words[0]);
        if (words.length > 1) {
            settings.put("http-server.authentication.type", "JWT");
            settings.put("http-server.authentication.jwt.key-file", words[1]);
            settings.put("http-server.authentication.allow-insecure-over-http", "false");
        }
        TestingTrinoServer.builder().setProperties(settings).build();
        Thread.sleep(Long.MAX_VALUE);
    }
}
