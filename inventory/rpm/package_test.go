package rpm_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/header"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

func TestHeaders(t *testing.T) {
	pkg := func(more ...rpmtest.Entry) []byte { return rpmtest.Package("a", "1", "2", "noarch", more...) }
	tests := []struct {
		name    string
		blob    []byte
		want    inventory.Package // backend, type and locations are understood
		problem string
	}{
		{name: "plain", blob: pkg(), want: inventory.Package{Name: "a", Version: "1-2", Arch: "noarch"}},
		{
			name: "dribble wins",
			blob: pkg(rpmtest.Entry{Tag: header.Version, Value: "3"}),
			want: inventory.Package{Name: "a", Version: "3-2", Arch: "noarch"},
		},
		{
			name: "dashes in the source's name",
			blob: pkg(rpmtest.Entry{Tag: header.SourceRPM, Value: "a-b-c-1-2.src.rpm"}),
			want: inventory.Package{Name: "a", Version: "1-2", Arch: "noarch", Source: "a-b-c", SourceVersion: "1-2"},
		},
		{
			name:    "not a source package",
			blob:    pkg(rpmtest.Entry{Tag: header.SourceRPM, Value: "-1-2.src.rpm"}),
			want:    inventory.Package{Name: "a", Version: "1-2", Arch: "noarch"},
			problem: `SOURCERPM is not the name of a source package: "-1-2.src.rpm"`,
		},
		{
			name:    "a binary package as source",
			blob:    pkg(rpmtest.Entry{Tag: header.SourceRPM, Value: "a-1-2.noarch.rpm"}),
			want:    inventory.Package{Name: "a", Version: "1-2", Arch: "noarch"},
			problem: `SOURCERPM is not the name of a source package: "a-1-2.noarch.rpm"`,
		},
		{
			name: "vendor in UTF-8",
			blob: pkg(rpmtest.Entry{Tag: header.Vendor, Value: "Müller 株式会社"}),
			want: inventory.Package{Name: "a", Version: "1-2", Arch: "noarch", Vendor: "Müller 株式会社"},
		},
		{
			name:    "vendor in Latin-1",
			blob:    pkg(rpmtest.Entry{Tag: header.Vendor, Value: "M\xfcller"}),
			want:    inventory.Package{Name: "a", Version: "1-2", Arch: "noarch", Vendor: "M\uFFFDller"},
			problem: `VENDOR is not printable UTF-8: "M\xfcller"`,
		},
		{
			name:    "name with an escape",
			blob:    rpmtest.Package("a\x1b[2Kb", "1", "2", "noarch"),
			want:    inventory.Package{Name: "a\uFFFD[2Kb", Version: "1-2", Arch: "noarch"},
			problem: `NAME is not printable UTF-8: "a\x1b[2Kb"`,
		},
		{name: "no version", blob: rpmtest.Package("a", "", "2", "noarch"), problem: "VERSION: no such tag"},
		{name: "no name", blob: rpmtest.Header(rpmtest.Entry{Tag: header.Version, Value: "1"}), problem: "NAME: no such tag\nRELEASE: no such tag"},
		{
			name:    "epoch of another type",
			blob:    pkg(rpmtest.Entry{Tag: header.Epoch, Value: "1"}),
			problem: "EPOCH has type 6 and count 1, want type 4 and count 1",
		},
		{
			name:    "install time of two numbers",
			blob:    pkg(rpmtest.Entry{Tag: header.InstallTime, Value: rpmtest.Raw{Type: 4, Count: 2, Data: make([]byte, 8)}}),
			want:    inventory.Package{Name: "a", Version: "1-2", Arch: "noarch"},
			problem: "INSTALLTIME has type 4 and count 2, want type 4 and count 1",
		},
		{name: "cut off", blob: pkg()[:40], problem: "header of 5 index entries and 29 bytes of data does not fit its 40 bytes"},
		{name: "too short", blob: []byte("\x00"), problem: "header of 1 bytes is too short"},
	}
	good := rpmtest.Package("good", "1", "1", "noarch")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, machine(map[string][]byte{"var/lib/rpm/Packages.db": rpmtest.NDB(tt.blob, good)}))
			if err != nil {
				t.Fatal(err)
			}
			var want []inventory.Package
			for _, p := range []inventory.Package{tt.want, {Name: "good", Version: "1-1", Arch: "noarch"}} {
				if p.Name != "" {
					p.Backend, p.Type, p.Locations = "rpm", "rpm", []string{"var/lib/rpm/Packages.db"}
					want = append(want, p)
				}
			}
			if diff := cmp.Diff(want, got.Packages); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
			checkProblem(t, got.Problems, tt.problem)
		})
	}
}

func checkProblem(t *testing.T, problems []inventory.Problem, want string) {
	t.Helper()
	if want == "" && len(problems) == 0 {
		return
	}
	if want == "" || len(problems) != 1 {
		t.Fatalf("problems %v, want %q", problems, want)
	}
	p := problems[0]
	if p.Path != "var/lib/rpm/Packages.db" || p.Record != "slot 2" || p.Err.Error() != want {
		t.Errorf("problem %v, want %q in slot 2", p, want)
	}
}
