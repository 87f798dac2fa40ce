// Package image provides the container images in which one ZooKeeper server or one
// process of Flink runs, from what is on this machine or, pinned by digest, from a registry.
//
// # Nouns
//
//   - An Image is a name that the engine knows (Ref) and what one must know of
//     its inside: where the jars lie. Every image has java and sleep on PATH.
//   - A product is ZooKeeper or Flink. Of Flink there is our own image alone
//     (EnsureFlink).
//   - The official image is Docker's own "zookeeper". It is only ever named by
//     digest: the table Official says which release is which.
//   - Our own image has three parts. A Java runtime: jlink makes it from this
//     machine's JDK with no more modules than the two products need, the same for
//     both; where there is no
//     jlink the runtime itself is copied, less what draws on screens. The shared
//     libraries and the loader which that runtime needs, found by following each
//     file's list of needed libraries as the loader does, so that no
//     distribution's root file system is wanted. And the pinned jars of
//     cluster/artifact. No registry takes part.
//   - A recipe is all that determines our own image. Its digest stands in the
//     image's tag: "schism/zookeeper:3.9.5-4f0c2a9e11d3". Another JDK, another
//     C library or another pin give another name, so an image is never stale.
//
// # Which image is used
//
// Of ZooKeeper, Ensure takes the first of these:
//
//  1. what SCHISM_ZOOKEEPER_IMAGE names, if it is set: "NAME@sha256:…" or "own";
//  2. the official image of the release, if the engine has it;
//  3. our own image, if the engine has it;
//  4. the official image, if a registry answers within three seconds;
//  5. our own image, built now.
//
// # Duties of the caller
//
// An engine must answer: see Engine. Images stay in the engine for the next
// run; `docker image prune --all --filter label=schism.image` removes ours.
//
// # Where it departs from the real thing
//
// Our own image has no shell, no package manager and no users to speak of. Its
// runtime has no graphics, no compiler and only the modules listed in
// modules. Layers are stored uncompressed and all times in them are zero, so
// that equal content has an equal digest.
//
// # Known weaknesses
//
// Our own image can be made on Linux only, for an engine of the same
// architecture, since it takes its libraries from this machine.
//
// The archive of loaded classes, which makes servers start sooner, comes out
// differently each time a runtime is made. So two machines, or one whose cache
// was emptied, give the same tag to images that differ in this one file.
//
// The digests in Official were read from Docker's published list of its own
// images (docker-library/repo-info); nobody has run the official image with
// this package yet. The engine verifies what it pulls against the digest.
package image
