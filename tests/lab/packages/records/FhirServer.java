import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.annotation.OptionalParam;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.api.server.IBundleProvider;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.server.IResourceProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.SimpleBundleProvider;
import ca.uhn.fhir.rest.server.interceptor.auth.AuthorizationInterceptor;
import ca.uhn.fhir.rest.server.interceptor.auth.IAuthRule;
import ca.uhn.fhir.rest.server.interceptor.auth.RuleBuilder;
import java.net.InetSocketAddress;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.hl7.fhir.r4.model.DocumentReference;
import org.hl7.fhir.r4.model.Patient;

/**
 * A plain server of HAPI FHIR: {@code FhirServer PORT CANARY open|locked}, at /fhir.
 *
 * <p>Three patients and a document stand in memory. Locked, only /fhir/metadata is everybody's, as
 * HAPI's manual has it.
 */
public final class FhirServer {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        String canary = arguments[1];
        RestfulServer fhir = new RestfulServer(FhirContext.forR4());
        fhir.setResourceProviders(new Patients(canary), new Documents(canary));
        if (arguments[2].equals("locked")) {
            fhir.registerInterceptor(new OnlyMetadata());
        }
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new ServletHolder(fhir), "/fhir/*");
        Server server = new Server(new InetSocketAddress("127.0.0.1", port));
        server.setHandler(context);
        server.start();
        server.join();
    }

    /** Finds patients by their id, or all of them. */
    public static final class Patients implements IResourceProvider {
        private final List<Patient> held;

        Patients(String canary) {
            held = List.of(patient("1", canary), patient("2", canary), patient("3", canary));
        }

        private static Patient patient(String id, String canary) {
            Patient patient = new Patient();
            patient.setId(id);
            patient.addName().setFamily(canary);
            return patient;
        }

        @Override
        public Class<Patient> getResourceType() {
            return Patient.class;
        }

        @Search
        public IBundleProvider search(@OptionalParam(name = "_id") TokenParam id) {
            return new SimpleBundleProvider(held.stream().filter(one -> id == null
                    || one.getIdElement().getIdPart().equals(id.getValue())).toList());
        }
    }

    /** Hands out all of its documents. */
    public static final class Documents implements IResourceProvider {
        private final List<DocumentReference> held;

        Documents(String canary) {
            DocumentReference fax = new DocumentReference();
            fax.setId("1");
            fax.setDescription(canary);
            held = List.of(fax);
        }

        @Override
        public Class<DocumentReference> getResourceType() {
            return DocumentReference.class;
        }

        @Search
        public IBundleProvider search() {
            return new SimpleBundleProvider(held);
        }
    }

    private static final class OnlyMetadata extends AuthorizationInterceptor {
        @Override
        public List<IAuthRule> buildRuleList(RequestDetails asked) {
            return new RuleBuilder().allow().metadata().andThen().denyAll().build();
        }
    }
}
