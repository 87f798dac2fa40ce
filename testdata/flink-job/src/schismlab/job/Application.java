package schismlab.job;

import java.io.File;
import java.util.Arrays;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.runtime.util.JvmShutdownSafeguard;
import org.apache.flink.runtime.util.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JobManager in application mode: it needs nobody who hands it a job, but runs {@link Job#main}
 * itself when it becomes the leader. Flink's own class for standalone clusters is in its
 * distribution alone; what makes the mode is in Flink's client library, of which this class is the
 * last few lines.
 *
 * <p>Its arguments are the folder of Flink's configuration, the jar with the job, and then the job's
 * own. Which id the job has, the configuration says: it must stay the same from one leader to the
 * next, or each would begin a job of its own.
 */
public final class Application extends ApplicationClusterEntryPoint {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    private Application(Configuration configuration, PackagedProgram program) {
        super(configuration, program, StandaloneResourceManagerFactory.getInstance());
    }

    public static void main(String[] args) {
        EnvironmentInformation.logEnvironmentInfo(LOG, "application mode", args);
        SignalHandler.register(LOG);
        // As every entry point of Flink's does: one that ends by an error of its leader election
        // calls System.exit under the election's lock, for which the cluster's own shutdown hook
        // then waits. Without the safeguard the process lives on, and keeps its place in ZooKeeper.
        JvmShutdownSafeguard.installAsShutdownHook(LOG);
        Configuration configuration;
        PackagedProgram program;
        try {
            if (args.length < 2) {
                throw new IllegalArgumentException("usage: CONFIG-FOLDER JOB-JAR [JOB-ARGUMENT…]");
            }
            configuration = GlobalConfiguration.loadConfiguration(args[0]);
            program =
                    PackagedProgram.newBuilder()
                            .setJarFile(new File(args[1]))
                            .setEntryPointClassName(Job.class.getName())
                            .setArguments(Arrays.copyOfRange(args, 2, args.length))
                            .setConfiguration(configuration)
                            .build();
            configureExecution(configuration, program);
        } catch (Exception e) {
            LOG.error("The application cannot be started.", e);
            System.exit(1);
            return;
        }
        ClusterEntrypoint.runClusterEntrypoint(new Application(configuration, program));
    }
}
