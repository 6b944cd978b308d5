package ecosystem_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/version"
)

func ExampleKeys() {
	ubuntu := ecosystem.Distro{ID: "ubuntu", VersionID: "22.04", IDLike: []string{"debian"}}
	keys, err := ecosystem.Keys(ubuntu, ecosystem.Subject{
		Type: "deb", Name: "libssl3", Version: "3.0.2-0ubuntu1.10", Source: "openssl", SourceVersion: "3.0.2-0ubuntu1.10"})
	for _, k := range keys {
		fmt.Println(k.Ecosystem, k.Name, k.Version, k.Optional)
	}
	fmt.Println(err)
	_, err = ecosystem.Keys(ecosystem.Distro{ID: "fedora", VersionID: "40"}, ecosystem.Subject{Type: "rpm", Name: "bash", Version: "5.2"})
	fmt.Println(err)
	// Output:
	// Ubuntu:22.04:LTS openssl 3.0.2-0ubuntu1.10 false
	// Ubuntu:Pro:22.04:LTS openssl 3.0.2-0ubuntu1.10 true
	// <nil>
	// no OSV ecosystem: OSV has no data for Fedora
}

// TestReleases tells the required ecosystems of distributions, and how many
// optional ones there are.
func TestReleases(t *testing.T) {
	tests := []struct {
		id, versionID, other string // other: codename, PRETTY_NAME, CPE or ID_LIKE
		kind                 string
		want                 string
		optional             int
	}{
		{"debian", "12", "", "deb", "Debian:12", 0},
		{"debian", "12.5", "", "deb", "Debian:12", 0},
		{"debian", "", "codename=forky", "deb", "Debian:14", 0},
		{"debian", "", "codename=sid", "deb", "Debian:sid", 0},
		{"ubuntu", "22.04", "", "deb", "Ubuntu:22.04:LTS", 1},
		{"ubuntu", "24.04", "", "deb", "Ubuntu:24.04:LTS", 1},
		{"ubuntu", "25.04", "", "deb", "Ubuntu:25.04", 0},
		{"ubuntu", "24.10", "", "deb", "Ubuntu:24.10", 0},
		{"echo", "12", "", "deb", "Echo", 0},
		{"dhi", "13", "like=debian", "deb", "Docker Hardened Images:Debian:13", 0},
		{"dhi", "3.24.1", "like=alpine", "apk", "Docker Hardened Images:Alpine:3.24", 0},
		{"alpine", "3.18.4", "", "apk", "Alpine:v3.18", 0},
		{"alpaquita", "stream", "", "apk", "Alpaquita:stream", 0},
		{"bellsoft-hardened-containers", "23", "", "apk", "BellSoft Hardened Containers:23", 0},
		{"wolfi", "20230201", "", "apk", "Wolfi", 0},
		{"chainguard", "20230214", "", "apk", "Chainguard", 0},
		{"minimos", "20250101", "", "apk", "MinimOS", 0},
		{"cleanstart", "1", "", "apk", "CleanStart", 0},
		{"almalinux", "8.10", "", "rpm", "AlmaLinux:8", 0},
		{"rocky", "9.4", "", "rpm", "Rocky Linux:9", 0},
		{"azurelinux", "3.0", "", "rpm", "Azure Linux:3", 0},
		{"mariner", "2.0", "", "rpm", "Azure Linux:2", 0},
		{"mageia", "9", "", "rpm", "Mageia:9", 0},
		{"photon", "5.0", "", "rpm", "Photon OS:5.0", 0},
		{"openeuler", "24.03", "pretty=openEuler 24.03 (LTS-SP1)", "rpm", "openEuler:24.03-LTS-SP1", 0},
		{"openeuler", "22.03", "pretty=openEuler 22.03 (LTS)", "rpm", "openEuler:22.03-LTS", 0},
		{"opensuse-leap", "15.6", "", "rpm", "openSUSE:Leap 15.6", 0},
		{"opensuse-tumbleweed", "20250101", "", "rpm", "openSUSE:Tumbleweed", 0},
		{"sles", "15.5", "", "rpm", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", 23},
		{"sles", "15", "", "rpm", "SUSE:Linux Enterprise Module for Basesystem 15", 23},
		{"sles", "12.5", "", "rpm", "SUSE:Linux Enterprise Server 12 SP5", 1},
		{"sles", "16.0", "", "rpm", "SUSE:Linux Enterprise Server 16.0", 1},
		{"sles_sap", "12.5", "", "rpm", "SUSE:Linux Enterprise Server for SAP Applications 12 SP5", 1},
		{"sle-micro", "5.5", "", "rpm", "SUSE:Linux Enterprise Micro 5.5", 0},
		{"rhel", "9.4", "", "rpm", "Red Hat:enterprise_linux:9::baseos, Red Hat:enterprise_linux:9::appstream", 22},
		{"rhel", "", "cpe=cpe:/o:redhat:enterprise_linux:8::baseos", "rpm", "Red Hat:enterprise_linux:8::baseos, Red Hat:enterprise_linux:8::appstream", 10},
		{"rhel", "7.9", "", "rpm", "Red Hat:enterprise_linux:7::server", 8},
		{"rhel", "10.1", "", "rpm", "Red Hat:enterprise_linux:10.0", 11},
	}
	for _, tt := range tests {
		t.Run(tt.id+" "+tt.versionID, func(t *testing.T) {
			keys, err := ecosystem.Keys(distro(tt.id, tt.versionID, tt.other), ecosystem.Subject{
				Type: tt.kind, Name: "a", Version: "1-1", Source: "a", SourceVersion: "1-1"})
			if err != nil {
				t.Fatal(err)
			}
			var required []string
			optional := 0
			seen := map[ecosystem.Key]bool{}
			for _, k := range keys {
				if k.Optional {
					optional++
				} else if required = append(required, k.Ecosystem); optional > 0 {
					t.Errorf("%s is required and stands after optional ones", k.Ecosystem)
				}
				if seen[k] {
					t.Errorf("%v is there twice", k)
				}
				seen[k] = true
				if _, ok := ecosystem.Get(k.Ecosystem); !ok {
					t.Errorf("%q is not an ecosystem", k.Ecosystem)
				}
			}
			if got := strings.Join(required, ", "); got != tt.want || optional != tt.optional {
				t.Errorf("got %s and %d optional, want %s and %d", got, optional, tt.want, tt.optional)
			}
		})
	}
}

func distro(id, versionID, other string) ecosystem.Distro {
	d := ecosystem.Distro{ID: id, VersionID: versionID}
	switch name, value, _ := strings.Cut(other, "="); name {
	case "codename":
		d.Codename = value
	case "pretty":
		d.PrettyName = value
	case "cpe":
		d.CPE = value
	case "like":
		d.IDLike = strings.Fields(value)
	}
	return d
}

func TestNoEcosystem(t *testing.T) {
	tests := []struct {
		id, versionID, other, kind string
		why                        string // part of the reason
	}{
		{"", "", "", "deb", "unknown"},
		{"fedora", "40", "", "rpm", "Fedora"},
		{"centos", "7", "like=rhel fedora", "rpm", "CentOS"},
		{"amzn", "2023", "like=fedora", "rpm", "Amazon Linux"},
		{"ol", "9.3", "like=fedora", "rpm", "Oracle Linux"},
		{"arch", "", "", "alpm", "alpm"},
		{"raspbian", "12", "like=debian", "deb", "derivatives"},
		{"kali", "2024.1", "like=debian", "deb", "derivatives"},
		{"linuxmint", "21.3", "like=ubuntu debian", "deb", `"ubuntu"`},
		{"pop", "22.04", "like=ubuntu debian", "deb", `"ubuntu"`},
		{"postmarketos", "24.06", "like=alpine", "apk", "derivatives"},
		{"plan9", "4", "", "deb", "plan9"},
		{"debian", "", "", "deb", "release"},
		{"debian", "twelve", "", "deb", "release"},
		{"debian", "12", "", "rpm", "not debian's own"},
		{"almalinux", "9", "", "deb", "not almalinux's own"},
		{"ubuntu", "22", "", "deb", "release"},
		{"ubuntu", "22.4", "", "deb", "release"},
		{"ubuntu", "devel", "", "deb", "release"},
		{"alpine", "3.21_alpha20240807", "", "apk", "release"},
		{"alpine", "edge", "", "apk", "release"},
		{"alpine", "3", "", "apk", "release"},
		{"almalinux", "9:9", "", "rpm", "release"},
		{"photon", "", "", "rpm", "release"},
		{"photon", "5.0:x", "", "rpm", "release"},
		{"openeuler", "23.09", "pretty=openEuler 23.09", "rpm", "release"},
		{"sles", "", "", "rpm", "release"},
		{"opensuse-leap", "15", "", "rpm", "release"},
		{"rhel", "", "", "rpm", "release"},
		{"rhel", "9.4 Beta", "", "rpm", "release"},
		{"dhi", "13", "", "deb", "release"},
		{"debian", "12", "", "generic", "generic"},
	}
	for _, tt := range tests {
		keys, err := ecosystem.Keys(distro(tt.id, tt.versionID, tt.other), ecosystem.Subject{
			Type: tt.kind, Name: "a", Version: "1", Source: "a", SourceVersion: "1"})
		if !errors.Is(err, ecosystem.ErrNone) || !strings.Contains(err.Error(), tt.why) || keys != nil {
			t.Errorf("%s %s %s: %v, %v; want ErrNone with %q", tt.id, tt.versionID, tt.kind, keys, err, tt.why)
		}
	}
}

// TestNames tells which names and versions a package is asked for by.
func TestNames(t *testing.T) {
	type subject = ecosystem.Subject
	tests := []struct {
		name   string
		distro ecosystem.Distro
		s      subject
		want   string
		err    error
	}{
		{"source of dpkg", distro("debian", "12", ""), subject{Type: "deb", Name: "libc6", Version: "2.36-9+b1", Source: "glibc", SourceVersion: "2.36-9"}, "glibc 2.36-9", nil},
		{"unknown source of dpkg", distro("debian", "12", ""), subject{Type: "deb", Name: "libc6", Version: "2.36-9"}, "libc6 2.36-9", ecosystem.ErrSource},
		{"unknown source version", distro("debian", "12", ""), subject{Type: "deb", Name: "libc6", Version: "2.36-9", Source: "glibc"}, "libc6 2.36-9", ecosystem.ErrSource},
		{"origin of apk", distro("alpine", "3.18.1", ""), subject{Type: "apk", Name: "libcrypto3", Version: "3.1.1-r0", Source: "openssl"}, "openssl 3.1.1-r0", nil},
		{"unknown origin of apk", distro("alpine", "3.18.1", ""), subject{Type: "apk", Name: "libcrypto3", Version: "3.1.1-r0"}, "libcrypto3 3.1.1-r0", ecosystem.ErrSource},
		{"binary name", distro("almalinux", "9.4", ""), subject{Type: "rpm", Name: "perf", Version: "0:5.14-1", Source: "kernel", SourceVersion: "5.14-1"}, "perf 0:5.14-1", nil},
		{"binary name needs no source", distro("almalinux", "9.4", ""), subject{Type: "rpm", Name: "perf", Version: "5.14-1"}, "perf 5.14-1", nil},
		{"both names", distro("rocky", "9.4", ""), subject{Type: "rpm", Name: "perf", Version: "5.14-1", Source: "kernel", SourceVersion: "5.14-1"}, "perf 5.14-1, kernel 5.14-1", nil},
		{"both names are one", distro("rocky", "9.4", ""), subject{Type: "rpm", Name: "bash", Version: "5.1-1", Source: "bash", SourceVersion: "5.1-1"}, "bash 5.1-1", nil},
		{"both names, one unknown", distro("rocky", "9.4", ""), subject{Type: "rpm", Name: "perf", Version: "5.14-1"}, "perf 5.14-1", ecosystem.ErrSource},
		{"epoch for an rpm source", distro("mageia", "9", ""), subject{Type: "rpm", Name: "libssl3", Version: "1:3.0-2", Source: "openssl", SourceVersion: "3.0-1"}, "openssl 1:3.0-1", nil},
		{"no epoch in openEuler", distro("openeuler", "24.03", "pretty=openEuler 24.03 (LTS)"), subject{Type: "rpm", Name: "openssl-libs", Version: "1:3.0-1", Source: "openssl", SourceVersion: "3.0-1"}, "openssl 3.0-1", nil},
		{"no name", distro("debian", "12", ""), subject{Type: "deb", Version: "1"}, "", ecosystem.ErrNone},
		{"no version", distro("debian", "12", ""), subject{Type: "deb", Name: "a", Source: "a", SourceVersion: "1"}, "", version.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, err := ecosystem.Keys(tt.distro, tt.s)
			var got []string
			for _, k := range keys {
				got = append(got, k.Name+" "+k.Version)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v (-want +got)\n%s", err, tt.err, diff)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	tests := []struct {
		kind, name, version string
		want                ecosystem.Key
	}{
		{"golang", "golang.org/x/net", "v0.1.0", ecosystem.Key{Ecosystem: "Go", Name: "golang.org/x/net", Version: "0.1.0"}},
		{"pypi", "Ruamel.Yaml", "0.1", ecosystem.Key{Ecosystem: "PyPI", Name: "ruamel-yaml", Version: "0.1"}},
		{"npm", "@a/b", "1.0.0", ecosystem.Key{Ecosystem: "npm", Name: "@a/b", Version: "1.0.0"}},
		{"maven", "g:a", "1", ecosystem.Key{Ecosystem: "Maven", Name: "g:a", Version: "1"}},
		{"cargo", "a", "1.0.0", ecosystem.Key{Ecosystem: "crates.io", Name: "a", Version: "1.0.0"}},
	}
	for _, tt := range tests {
		// Whatever the distribution is: language packages have none.
		got, err := ecosystem.Keys(distro("fedora", "40", ""), ecosystem.Subject{Type: tt.kind, Name: tt.name, Version: tt.version})
		if diff := cmp.Diff([]ecosystem.Key{tt.want}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", tt.kind, err, diff)
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	d := ecosystem.Distro{ID: "debian", VersionID: "12"}
	s := ecosystem.Subject{Type: "deb", Name: "libc6", Version: "2.36-9", Source: "glibc", SourceVersion: "2.36-9"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecosystem.Keys(d, s); err != nil {
			b.Fatal(err)
		}
	}
}
