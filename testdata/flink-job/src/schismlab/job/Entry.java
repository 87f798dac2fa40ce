package schismlab.job;

/**
 * What the source read once: a record of a log, or a version of the configuration; or that a party
 * has passed a round of the barrier. Fields are
 * public and there is a constructor without arguments, so that Flink serializes it as a POJO.
 */
public final class Entry {
    /** The split that it was read from: a key's directory, or the configuration znode. */
    public String path;

    /** Whether path is a configuration znode. */
    public boolean config;

    /** Whether path is a party at a barrier. */
    public boolean round;

    /** The sequence number in the znode's name, or the configuration's version. */
    public long number;

    /** The transaction that made it: czxid of a record, mzxid of a configuration. */
    public long zxid;

    public byte[] data;

    public Entry() {}

    static Entry record(String path, long sequence, long czxid, byte[] data) {
        return of(path, false, sequence, czxid, data);
    }

    static Entry config(String path, int version, long mzxid, byte[] data) {
        return of(path, true, version, mzxid, data);
    }

    static Entry round(String path, long round) {
        Entry e = of(path, false, round, 0, null);
        e.round = true;
        return e;
    }

    private static Entry of(String path, boolean config, long number, long zxid, byte[] data) {
        Entry e = new Entry();
        e.path = path;
        e.config = config;
        e.number = number;
        e.zxid = zxid;
        e.data = data == null ? new byte[0] : data;
        return e;
    }

    /**
     * Where a split stands when this entry has been emitted. A log is counted by sequence numbers.
     * A configuration is counted by zxids: its version begins anew when it is deleted and made
     * again, its zxid never does.
     */
    long position() {
        return config ? zxid : number;
    }
}
