package schismlab.job;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Writes batches into checkpoints. */
final class BatchSerializer implements SimpleVersionedSerializer<Batch> {
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(Batch batch) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(batch.checkpoint);
            out.writeInt(batch.subtask);
            out.writeInt(batch.part);
            out.writeInt(batch.content.length);
            out.write(batch.content);
        }
        return bytes.toByteArray();
    }

    @Override
    public Batch deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException("batch of version " + version + ": want " + VERSION);
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            long checkpoint = in.readLong();
            int subtask = in.readInt();
            int part = in.readInt();
            byte[] content = new byte[in.readInt()];
            in.readFully(content);
            return new Batch(checkpoint, subtask, part, content);
        }
    }
}
