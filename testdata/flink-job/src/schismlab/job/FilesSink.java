package schismlab.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Committer;

/**
 * Files: written and synced to OUTPUT/pending in the first phase, to be seen in OUTPUT/committed
 * after the second. Pending files that were never committed stay; they mean nothing.
 */
final class FilesSink extends LineSink {
    private static final long serialVersionUID = 1;

    private final String output;

    FilesSink(String output) {
        this.output = output;
    }

    @Override
    BatchStore store() throws IOException {
        Path pending = Files.createDirectories(Path.of(output, "pending"));
        return (name, lines) -> {
            // Two attempts may be at the same batch, so the pending file's name is its own.
            Path file = pending.resolve(name + "-" + UUID.randomUUID());
            Files.write(file, lines, StandardOpenOption.CREATE_NEW);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return file.toString().getBytes(StandardCharsets.UTF_8);
        };
    }

    @Override
    Committer<Batch> committer(int attempt) throws IOException {
        return new FilesCommitter(Files.createDirectories(Path.of(output, "committed")));
    }
}
