package osvdev_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

// BenchmarkLookup asks a thousand queries of a server on loopback, which has
// two records for each: with a new client, which fetches them all, and with one
// that has them.
func BenchmarkLookup(b *testing.B) {
	var records []string
	var queries []advisories.Query
	for i := range 1000 {
		name := fmt.Sprintf("package-%d", i)
		queries = append(queries, debian(name, "1"))
		for j := range 2 {
			records = append(records, osvtest.Record(fmt.Sprintf("A-%d-%d", i, j), "2024-05-01T00:00:00Z", "Debian:12", name, "1", "2"))
		}
	}
	server := httptest.NewServer(osvserver.New(osvtest.NewStore(records...), osvserver.Options{}))
	defer server.Close()
	client := func() *osvdev.Client {
		c, err := osvdev.New(osvdev.Options{BaseURL: server.URL})
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	check := func(answers []advisories.Answer) {
		for i, a := range answers {
			if a.Err != nil || len(a.Advisories) != 2 {
				b.Fatalf("answer %d: %v, %v", i, ids(a), a.Err)
			}
		}
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			c := client()
			check(lookup(b, c, queries...))
			c.CloseIdleConnections()
		}
	})
	b.Run("warm", func(b *testing.B) {
		c := client()
		defer c.CloseIdleConnections()
		check(lookup(b, c, queries...))
		for b.Loop() {
			check(lookup(b, c, queries...))
		}
	})
}
