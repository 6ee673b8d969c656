import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes two faxes and a prescription, each of one word, as a user who logs in. */
public final class KafkaFill {
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"%s\" password=\"%s\";";

  public static void main(String[] words) {
    var settings = new Properties();
    settings.put("bootstrap.servers", words[0]);
    settings.put("security.protocol", "SASL_PLAINTEXT");
    settings.put("sasl.mechanism", "PLAIN");
    settings.put("sasl.jaas.config", LOGIN.formatted(words[1], words[2]));
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (var topic : new String[] {"faxes", "faxes", "prescriptions"}) {
        producer.send(new ProducerRecord<>(topic, words[3], words[3]));
      }
    }
  }
}
