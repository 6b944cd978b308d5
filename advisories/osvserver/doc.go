// Package osvserver answers OSV's API from a store of one's own: for sites
// without a way to the internet, for a fleet that should ask one server of its
// owner's, and for tests of clients.
//
// It is an [http.Handler] for POST /v1/query, POST /v1/querybatch and
// GET /v1/vulns/{id}, as https://google.github.io/osv.dev/api/ describes them,
// pages included. It adds no authentication, encryption, limit of rate or
// time-out: these belong to the http.Server and what stands before it.
//
// Where it differs from api.osv.dev: queries by commit, and by PURLs of other
// than the common language ecosystems, are refused with a clear message; where
// a version cannot be compared, the record is given and the client decides.
package osvserver
