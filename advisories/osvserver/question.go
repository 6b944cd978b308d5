package osvserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/package-url/packageurl-go"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

// question is a query as the store understands it.
type question struct {
	query advisories.Query
	after string // the last id of the page before; empty: the first page is asked for
}

// parseQuestion reads a query; its errors are for the client.
func parseQuestion(q osvapi.Query) (question, error) {
	p := q.Package
	query := advisories.Query{Ecosystem: p.Ecosystem, Name: p.Name, Version: q.Version}
	switch {
	case q.Commit != "":
		return question{}, errors.New("queries by commit are not supported by this server")
	case p.PURL != "" && (p.Name != "" || p.Ecosystem != ""):
		return question{}, errors.New("invalid query: both a PURL and a package")
	case p.PURL != "":
		var err error
		if query, err = fromPURL(p.PURL, q.Version); err != nil {
			return question{}, err
		}
	case p.Name == "":
		return question{}, errors.New("invalid query: no package name")
	case p.Ecosystem == "":
		return question{}, errors.New("invalid query: no ecosystem")
	}
	after, err := parseToken(query, q.PageToken)
	return question{query: query, after: after}, err
}

// fromPURL reads a package URL. Those of distributions need more than a PURL
// says for sure (the release, the source package), so they are refused.
func fromPURL(text, version string) (advisories.Query, error) {
	p, err := packageurl.FromString(text)
	if err != nil {
		return advisories.Query{}, errors.New("invalid query: not a PURL")
	}
	if p.Version != "" && version != "" {
		return advisories.Query{}, errors.New("invalid query: both a PURL with a version and a version")
	}
	eco, ok := ecosystem.OfType(p.Type)
	if !ok {
		return advisories.Query{}, errors.New("PURLs of this type are not supported by this server: give ecosystem and name")
	}
	name := p.Name
	if p.Namespace != "" {
		separator := "/"
		if p.Type == packageurl.TypeMaven {
			separator = ":" // group:artifact
		}
		name = p.Namespace + separator + p.Name
	}
	if p.Version != "" {
		version = p.Version
	}
	return advisories.Query{Ecosystem: eco, Name: name, Version: version}, nil
}

// Page tokens hold what the next page comes after, so that the server keeps
// nothing and a token survives the store's update. They begin with a mark of
// the query, for a token of another query would skip records.
const markSize = 8

func makeToken(q advisories.Query, after string) string {
	return base64.RawURLEncoding.EncodeToString(append(mark(q), after...))
}

func parseToken(q advisories.Query, token string) (after string, err error) {
	if token == "" {
		return "", nil
	}
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(data) > markSize+maxID || !bytes.HasPrefix(data, mark(q)) {
		return "", errors.New("invalid page_token")
	}
	return string(data[markSize:]), nil
}

func mark(q advisories.Query) []byte {
	// A struct of three texts can always be encoded.
	text, _ := json.Marshal(q)
	sum := sha256.Sum256(text)
	return sum[:markSize]
}
