package schismlab.job;

import java.io.IOException;

/** Where lines wait for their commit. */
interface BatchStore {
    /** Keeps lines; gives what the batch must carry so that the committer finds them. */
    byte[] keep(String name, byte[] lines) throws IOException;

    /** The lines themselves, within the batch and thus within the checkpoint. */
    BatchStore INSIDE = (name, lines) -> lines;
}
