package schismlab.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;

/**
 * Commits a file by giving it a second name, in one step that fails if the name is taken. (A rename
 * would silently replace what somebody else has committed under it.)
 */
final class FilesCommitter implements Committer<Batch> {
    private final Path committed;

    FilesCommitter(Path committed) {
        this.committed = committed;
    }

    @Override
    public void commit(Collection<CommitRequest<Batch>> requests) throws IOException {
        for (CommitRequest<Batch> request : requests) {
            Batch batch = request.getCommittable();
            Path pending = Path.of(new String(batch.content, StandardCharsets.UTF_8));
            Path file = committed.resolve(batch.name());
            try {
                Files.createLink(file, pending);
            } catch (FileAlreadyExistsException e) {
                if (!Arrays.equals(Files.readAllBytes(file), Files.readAllBytes(pending))) {
                    request.signalFailedWithUnknownReason(
                            new IOException(file + " is committed already, with other content"));
                    continue;
                }
                request.signalAlreadyCommitted();
            }
        }
    }

    @Override
    public void close() {}
}
