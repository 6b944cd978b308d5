// Package osvapi is the wire form of OSV's API, version 1, as its client
// (osvdev) and its server (osvserver) here both speak it: what
// https://google.github.io/osv.dev/api/ describes of /v1/query, /v1/querybatch
// and /v1/vulns.
//
// The types are those of github.com/google/osv-scanner/pkg/osv, with what they
// leave out: pages, and when a record was last modified.
package osvapi

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/osv-scanner/pkg/osv"
)

// The paths of the API.
const (
	QueryPath = "/v1/query"
	BatchPath = "/v1/querybatch"
	VulnsPath = "/v1/vulns/" // followed by an id
)

// MaxQueries is how many queries a batch may hold.
const MaxQueries = 1000

// Query asks for the records of one package version, or for the next page of
// an answer.
type Query struct {
	osv.Query
	// PageToken is the NextPageToken of the page before. Empty: the first page.
	PageToken string `json:"page_token,omitempty"`
}

// Batch asks several queries at once.
type Batch struct {
	Queries []Query `json:"queries"`
}

// BatchAnswer holds a result for each query of a batch, in their order.
type BatchAnswer struct {
	Results []Result `json:"results"`
}

// Result is one page of the answer to one query of a batch. It may hold a
// token and nothing else.
type Result struct {
	Vulns         []Vuln `json:"vulns,omitempty"`
	NextPageToken string `json:"next_page_token,omitempty"`
}

// Vuln names a record and says when it was last modified (RFC 3339).
type Vuln struct {
	osv.MinimalVulnerability
	Modified string `json:"modified,omitempty"`
}

// Error is the body of every answer that is not 200.
type Error struct {
	Code    int    `json:"code"` // of google.rpc.Code, not of HTTP
	Message string `json:"message"`
}

const (
	atIndex = "error in query at index "

	// InvalidEcosystem is what the message of an error says of an ecosystem
	// whose base name OSV does not know.
	InvalidEcosystem = "invalid ecosystem"
)

// AtIndex is the message that blames one query of a batch.
func AtIndex(i int, why string) string { return fmt.Sprintf("%s%d: %s", atIndex, i, why) }

// BadIndex reads from an error's message which query of the batch it blames,
// and reports whether it says so.
func BadIndex(message string) (int, bool) {
	_, rest, ok := strings.Cut(message, atIndex)
	if !ok {
		return 0, false
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	i, err := strconv.Atoi(rest[:digits])
	return i, err == nil
}
