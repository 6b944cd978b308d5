package osvdb_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// A database is built of OSV's export, here of one record, then opened and
// asked.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	export := fstest.MapFS{"Debian/DSA-9-1.json": {Data: []byte(`{
		"id": "DSA-9-1", "modified": "2026-08-22T00:00:00Z", "summary": "openssl security update",
		"affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
			"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.16-1"}]}]}]}`)}}
	path := filepath.Join(dir, "advisories.osvdb")
	if _, err := osvdb.Build(ctx, path, export, osvdb.BuildOptions{}); err != nil {
		log.Fatal(err)
	}

	db, err := osvdb.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	answers, err := db.Lookup(ctx, []advisories.Query{
		{Ecosystem: "Debian:12", Name: "openssl", Version: "3.0.15-1"},
		{Ecosystem: "Debian:12", Name: "openssl", Version: "3.0.16-1"},
		{Ecosystem: "Debian:13", Name: "openssl", Version: "3.5.0-1"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(db.Describe())
	for _, a := range answers {
		fmt.Println(len(a.Advisories), a.Err)
	}
	// Output:
	// 1 records of 1 ecosystems as of 2026-08-22
	// 1 <nil>
	// 0 <nil>
	// 0 ecosystem "Debian:13": not covered by this source
}
