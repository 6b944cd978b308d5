package scanner_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/scanner"
)

// memory is a source of one record, as a program might bring its own.
type memory struct{ record *advisories.Advisory }

func (memory) Name() string { return "memory" }

func (m memory) Lookup(_ context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	answers := make([]advisories.Answer, len(qs))
	for i := range qs {
		answers[i].Advisories = []*advisories.Advisory{m.record} // candidates; the evaluator decides
	}
	return answers, nil
}

// Scan a machine that is a file system in memory. For a real one, the target is
// host.Live() or host.Mounted(dir), and the source osvdb.Open(file).
func ExampleScanner_Scan() {
	machine := fstest.MapFS{
		"etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=12\n")},
		"var/lib/dpkg/status": {Data: []byte("Package: bash\nStatus: install ok installed\n" +
			"Architecture: amd64\nVersion: 5.2-1\nMaintainer: Debian\n\n")},
	}
	record, err := advisories.Parse([]byte(`{"id": "DSA-1", "summary": "bash - security update", "affected": [
		{"package": {"ecosystem": "Debian:12", "name": "bash"},
		 "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.2-2"}]}]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	s, err := scanner.New(scanner.Options{
		Backends: []inventory.Backend{dpkg.Backend{}},
		Sources:  []advisories.Source{memory{record}},
	})
	if err != nil {
		log.Fatal(err)
	}
	report, err := s.Scan(context.Background(), host.FromFS(machine, inventory.Host{}))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Findings {
		fmt.Println(f.Title, "in", f.FixedVersion)
	}
	for _, p := range report.Patches {
		fmt.Println("upgrade", p.Source, "to", p.Version)
	}
	fmt.Println("everything was seen:", report.Summary.Complete)
	// Output:
	// bash - security update in 5.2-2
	// upgrade bash to 5.2-2
	// everything was seen: true
}
