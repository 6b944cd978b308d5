// Package osvdev asks api.osv.dev, or a server that speaks its API, which
// advisories there are for package versions. It is an [advisories.Source].
//
// What OSV's API needs of its client, and this one does:
//
//   - Queries go in batches of at most 1,000, each distinct query once. A batch
//     answers with ids only; each distinct record is then fetched once and kept,
//     in memory and, where asked, on disk, by its id and when it was modified.
//   - Answers come in pages. Only the queries whose answer goes on are asked on.
//   - One bad query fails its whole batch. It is found and taken out, and the
//     rest is asked again.
//   - An unknown release ("Debian:99") is answered with nothing, just as a
//     package without advisories is. So where nothing came back for a whole
//     ecosystem, the client asks for packages that every covered ecosystem has
//     records of, and says [advisories.ErrNotCovered] where these find nothing
//     either.
//   - Busy and failing servers are asked again, with growing pauses that honour
//     Retry-After and end with the context.
//
// The server's word is checked: as many results as queries, the record that was
// asked for, bounded sizes and pages. What fails is told in the Answer of each
// query that it touches, and never taken for "no advisories". Where there is no
// network at all, Lookup ends within about five seconds with [ErrUnreachable].
package osvdev
