package schismlab.job;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Writes splits into checkpoints: those that the enumerator has as a list, a reader's singly. */
final class SplitsSerializer implements SimpleVersionedSerializer<List<ZookeeperSplit>> {
    static final int VERSION = 2;

    /** The same for one split. */
    static final class One implements SimpleVersionedSerializer<ZookeeperSplit> {
        private final SplitsSerializer list = new SplitsSerializer();

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(ZookeeperSplit split) throws IOException {
            return list.serialize(List.of(split));
        }

        @Override
        public ZookeeperSplit deserialize(int version, byte[] bytes) throws IOException {
            return list.deserialize(version, bytes).get(0);
        }
    }

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(List<ZookeeperSplit> splits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(splits.size());
            for (ZookeeperSplit split : splits) {
                out.writeUTF(split.path);
                out.writeBoolean(split.config);
                out.writeLong(split.position);
                out.writeInt(split.parties);
                out.writeLong(split.checkpoint);
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public List<ZookeeperSplit> deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException("splits of version " + version + ": want " + VERSION);
        }
        List<ZookeeperSplit> splits = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            for (int n = in.readInt(); n > 0; n--) {
                splits.add(
                        new ZookeeperSplit(
                                in.readUTF(),
                                in.readBoolean(),
                                in.readLong(),
                                in.readInt(),
                                in.readLong()));
            }
        }
        return splits;
    }
}
