package schismlab.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the command line says: {@code --name value} pairs, each at most once. */
final class Options {
    static final String USAGE =
            "--zookeeper HOST:PORT[,…] [--in ZNODE] --keys NAME[,…] [--config ZNODE]"
                    + " --sink files|znodes|attempt[,…] [--output DIR] [--out ZNODE]"
                    + " [--records N] [--barrier ZNODE --party NAME --parties N] [--monitors NAME[,…] --window MS] [--parallelism N]"
                    + " [--checkpoint-interval MS] [--restart-delay MS] [--session-timeout MS]";

    /** Addresses of the ensemble that holds input and output; it may be the one Flink uses. */
    String zookeeper;

    /** The records of a key are the children of in/KEY. */
    String in = "/in";

    List<String> keys = new ArrayList<>();
    List<String> sinks = new ArrayList<>();

    /** A folder that all TaskManagers share, for the sink "files". */
    String output = "";

    /** Where the sinks "znodes" and "attempt" put theirs. */
    String out = "/out";

    /** The configuration to be followed; empty: none. */
    String config = "";

    /** Where this job meets others; empty: nowhere. */
    String barrier = "";

    /** Under which name it does, which no other job has. */
    String party = "";

    /** How many readers meet, of all jobs. */
    int parties;

    /** How many records of each key are read before the job is done; 0: it never is. */
    long records;

    /** The samples of a server are the children of in/NAME; empty: none. */
    List<String> monitors = new ArrayList<>();

    /** The length of the windows that samples are added up in; 0: there are none. */
    int windowMs;

    int parallelism = 2;
    int checkpointIntervalMs = 500;
    int restartDelayMs = 500;
    int sessionTimeoutMs = 6000;

    static Options parse(String[] args) {
        Options o = new Options();
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw wrong(args[i] + " has no value");
            }
            if (seen.contains(args[i])) {
                throw wrong(args[i] + " is given twice");
            }
            seen.add(args[i]);
            o.set(args[i], args[i + 1]);
        }
        o.check();
        return o;
    }

    private void set(String name, String value) {
        switch (name) {
            case "--zookeeper":
                zookeeper = value;
                break;
            case "--in":
                in = value;
                break;
            case "--out":
                out = value;
                break;
            case "--keys":
                keys = Arrays.asList(value.split(","));
                break;
            case "--sink":
                sinks = Arrays.asList(value.split(","));
                break;
            case "--output":
                output = value;
                break;
            case "--config":
                config = value;
                break;
            case "--barrier":
                barrier = value;
                break;
            case "--party":
                party = value;
                break;
            case "--parties":
                parties = number(name, value, 1);
                break;
            case "--records":
                records = number(name, value, 0);
                break;
            case "--monitors":
                monitors = Arrays.asList(value.split(","));
                break;
            case "--window":
                windowMs = number(name, value, 1);
                break;
            case "--parallelism":
                parallelism = number(name, value, 1);
                break;
            case "--checkpoint-interval":
                checkpointIntervalMs = number(name, value, 10);
                break;
            case "--restart-delay":
                restartDelayMs = number(name, value, 0);
                break;
            case "--session-timeout":
                sessionTimeoutMs = number(name, value, 1000);
                break;
            default:
                throw wrong("unknown option " + name);
        }
    }

    private void check() {
        if (zookeeper == null || keys.isEmpty() || sinks.isEmpty()) {
            throw wrong("--zookeeper, --keys and --sink are needed");
        }
        List<String> paths = new ArrayList<>(Arrays.asList(in, out));
        for (String path : Arrays.asList(config, barrier)) {
            if (!path.isEmpty()) {
                paths.add(path);
            }
        }
        for (String path : paths) {
            if (!path.matches("(/[A-Za-z0-9_.-]+)+")) {
                throw wrong("\"" + path + "\" is not the path of a znode below /");
            }
        }
        List<String> names = new ArrayList<>(keys);
        names.addAll(monitors);
        for (String key : names) {
            if (!key.matches("[A-Za-z0-9_-]+")) {
                throw wrong("--keys, --monitors: bad name \"" + key + "\"");
            }
        }
        for (String sink : sinks) {
            if (!Arrays.asList("files", "znodes", "attempt").contains(sink)) {
                throw wrong("--sink: want files, znodes or attempt, not \"" + sink + "\"");
            }
        }
        if (sinks.contains("znodes") && sinks.contains("attempt")) {
            throw wrong("--sink: znodes and attempt write to the same place");
        }
        if (sinks.contains("files") == output.isEmpty()) {
            throw wrong("--output belongs to --sink files");
        }
        if (barrier.isEmpty() != party.isEmpty() || barrier.isEmpty() != (parties == 0)) {
            throw wrong("--barrier, --party and --parties belong together");
        }
        if (!party.matches("[A-Za-z0-9]*")) {
            throw wrong("--party: bad name \"" + party + "\"");
        }
        if (!barrier.isEmpty() && records > 0) {
            throw wrong("--records ends the job, and those that it meets would wait for ever");
        }
        if (monitors.isEmpty() != (windowMs == 0)) {
            throw wrong("--monitors and --window belong together");
        }
        if (windowMs > 0 && records > 0) {
            throw wrong("--records ends the job, and monitoring has no end");
        }
        if (!config.isEmpty() && records > 0) {
            throw wrong("--records ends the job, and a configuration has no end");
        }
    }

    private static int number(String name, String value, int least) {
        try {
            int n = Integer.parseInt(value);
            if (n >= least) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw wrong(name + " " + value + ": want a number of at least " + least);
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + "; usage: " + USAGE);
    }
}
