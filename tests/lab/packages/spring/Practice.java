import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** An application of Spring Boot without a page of its own, whose memory holds its argument. */
@Configuration
@EnableAutoConfiguration
class Practice {
    private static String canary;

    /** Takes a value; settings are properties of the system. */
    public static void main(String[] arguments) {
        canary = arguments[0];
        SpringApplication.run(Practice.class);
    }

    static String canary() {
        return canary;
    }
}
