// Package advisories says what is known to be wrong with software: the OSV
// record, the contract of a [Source] of records, and [Affects], the one
// evaluator that decides whether a record concerns a version.
//
// Sources only propose: api.osv.dev (package osvdev), a local database (osvdb)
// and any other give candidates, and Affects alone decides. So a scan online
// and a scan offline of the same data come to the same findings.
//
// Which ecosystem and which name a package is asked for under is the matter of
// package advisories/ecosystem, and the order of versions that of
// advisories/version.
package advisories
