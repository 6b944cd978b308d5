package host_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

// The forms in which systems describe themselves, as their own files have them.
func TestOS(t *testing.T) {
	for _, tt := range []struct {
		name    string
		archive string
		want    inventory.OS
	}{
		{"debian 12", `
-- etc/os-release --
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
-- etc/debian_version --
12.5
`, inventory.OS{ID: "debian", VersionID: "12", Version: "12 (bookworm)", Codename: "bookworm", Family: "debian",
			PrettyName: "Debian GNU/Linux 12 (bookworm)"}},
		{"debian sid", `
-- etc/os-release --
PRETTY_NAME="Debian GNU/Linux trixie/sid"
NAME="Debian GNU/Linux"
VERSION_CODENAME=trixie
ID=debian
`, inventory.OS{ID: "debian", Codename: "trixie", Family: "debian", PrettyName: "Debian GNU/Linux trixie/sid"}},
		{"debian sid without codename", `
-- etc/os-release --
PRETTY_NAME="Debian GNU/Linux bullseye/sid"
ID=debian
`, inventory.OS{ID: "debian", Codename: "bullseye", Family: "debian", PrettyName: "Debian GNU/Linux bullseye/sid"}},
		{"debian sid by debian_version", `
-- etc/os-release --
ID=debian
-- etc/debian_version --
forky/sid
`, inventory.OS{ID: "debian", Codename: "forky", Family: "debian"}},
		{"ubuntu 22.04", `
-- usr/lib/os-release --
PRETTY_NAME="Ubuntu 22.04.4 LTS"
NAME="Ubuntu"
VERSION_ID="22.04"
VERSION="22.04.4 LTS (Jammy Jellyfish)"
VERSION_CODENAME=jammy
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME=jammy
`, inventory.OS{ID: "ubuntu", IDLike: []string{"debian"}, VersionID: "22.04", Version: "22.04.4 LTS (Jammy Jellyfish)",
			Codename: "jammy", Family: "debian", PrettyName: "Ubuntu 22.04.4 LTS"}},
		{"almalinux 9", `
-- etc/os-release --
NAME="AlmaLinux"
VERSION="9.4 (Seafoam Ocelot)"
ID="almalinux"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="AlmaLinux 9.4 (Seafoam Ocelot)"
ANSI_COLOR="0;34"
CPE_NAME="cpe:/o:almalinux:almalinux:9::baseos"
`, inventory.OS{ID: "almalinux", IDLike: []string{"rhel", "centos", "fedora"}, VersionID: "9.4", Version: "9.4 (Seafoam Ocelot)",
			Codename: "Seafoam Ocelot", Family: "rhel", PrettyName: "AlmaLinux 9.4 (Seafoam Ocelot)",
			CPE: "cpe:/o:almalinux:almalinux:9::baseos"}},
		{"rocky 8", `
-- etc/os-release --
NAME="Rocky Linux"
VERSION="8.9 (Green Obsidian)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="8.9"
PRETTY_NAME="Rocky Linux 8.9 (Green Obsidian)"
CPE_NAME="cpe:/o:rocky:rocky:8:GA"
`, inventory.OS{ID: "rocky", IDLike: []string{"rhel", "centos", "fedora"}, VersionID: "8.9", Version: "8.9 (Green Obsidian)",
			Codename: "Green Obsidian", Family: "rhel", PrettyName: "Rocky Linux 8.9 (Green Obsidian)", CPE: "cpe:/o:rocky:rocky:8:GA"}},
		{"rhel 9", `
-- etc/os-release --
NAME="Red Hat Enterprise Linux"
VERSION="9.4 (Plow)"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="9.4"
PRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"
CPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"
`, inventory.OS{ID: "rhel", IDLike: []string{"fedora"}, VersionID: "9.4", Version: "9.4 (Plow)", Codename: "Plow",
			Family: "rhel", PrettyName: "Red Hat Enterprise Linux 9.4 (Plow)", CPE: "cpe:/o:redhat:enterprise_linux:9::baseos"}},
		{"sles 15", `
-- etc/os-release --
NAME="SLES"
VERSION="15-SP5"
VERSION_ID="15.5"
PRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"
ID="sles"
ID_LIKE="suse"
CPE_NAME="cpe:/o:suse:sles:15:sp5"
`, inventory.OS{ID: "sles", IDLike: []string{"suse"}, VersionID: "15.5", Version: "15-SP5", Family: "suse",
			PrettyName: "SUSE Linux Enterprise Server 15 SP5", CPE: "cpe:/o:suse:sles:15:sp5"}},
		{"opensuse leap", `
-- usr/lib/os-release --
NAME="openSUSE Leap"
VERSION="15.6"
ID="opensuse-leap"
ID_LIKE="suse opensuse"
VERSION_ID="15.6"
PRETTY_NAME="openSUSE Leap 15.6"
CPE_NAME="cpe:/o:opensuse:leap:15.6"
`, inventory.OS{ID: "opensuse-leap", IDLike: []string{"suse", "opensuse"}, VersionID: "15.6", Version: "15.6", Family: "suse",
			PrettyName: "openSUSE Leap 15.6", CPE: "cpe:/o:opensuse:leap:15.6"}},
		{"opensuse tumbleweed", `
-- usr/lib/os-release --
NAME="openSUSE Tumbleweed"
# VERSION="20240801"
ID="opensuse-tumbleweed"
ID_LIKE="opensuse suse"
VERSION_ID="20240801"
PRETTY_NAME="openSUSE Tumbleweed"
CPE_NAME="cpe:2.3:o:opensuse:tumbleweed:20240801:*:*:*:*:*:*:*"
`, inventory.OS{ID: "opensuse-tumbleweed", IDLike: []string{"opensuse", "suse"}, VersionID: "20240801", Family: "suse",
			PrettyName: "openSUSE Tumbleweed", CPE: "cpe:2.3:o:opensuse:tumbleweed:20240801:*:*:*:*:*:*:*"}},
		{"alpine", `
-- etc/os-release --
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.1
PRETTY_NAME="Alpine Linux v3.20"
`, inventory.OS{ID: "alpine", VersionID: "3.20.1", Family: "alpine", PrettyName: "Alpine Linux v3.20"}},
		{"wolfi", `
-- etc/os-release --
ID=wolfi
NAME="Wolfi"
PRETTY_NAME="Wolfi"
VERSION_ID="20230201"
`, inventory.OS{ID: "wolfi", VersionID: "20230201", Family: "alpine", PrettyName: "Wolfi"}},
		{"arch", `
-- usr/lib/os-release --
NAME="Arch Linux"
PRETTY_NAME="Arch Linux"
ID=arch
BUILD_ID=rolling
`, inventory.OS{ID: "arch", Family: "arch", PrettyName: "Arch Linux"}},
		{"fedora", `
-- usr/lib/os-release --
NAME="Fedora Linux"
VERSION="40 (Server Edition)"
ID=fedora
VERSION_ID=40
VERSION_CODENAME=""
PRETTY_NAME="Fedora Linux 40 (Server Edition)"
CPE_NAME="cpe:/o:fedoraproject:fedora:40"
VARIANT="Server Edition"
VARIANT_ID=server
`, inventory.OS{ID: "fedora", VersionID: "40", Version: "40 (Server Edition)", Family: "rhel",
			PrettyName: "Fedora Linux 40 (Server Edition)", CPE: "cpe:/o:fedoraproject:fedora:40", Variant: "server"}},
		{"amazon linux", `
-- etc/os-release --
NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PRETTY_NAME="Amazon Linux 2023.5.20240708"
CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
`, inventory.OS{ID: "amzn", IDLike: []string{"fedora"}, VersionID: "2023", Version: "2023", Family: "rhel",
			PrettyName: "Amazon Linux 2023.5.20240708", CPE: "cpe:2.3:o:amazon:amazon_linux:2023"}},
		{"buildroot", `
-- etc/os-release --
NAME=Buildroot
VERSION=2024.02
ID=buildroot
VERSION_ID=2024.02
PRETTY_NAME="Buildroot 2024.02"
`, inventory.OS{ID: "buildroot", VersionID: "2024.02", Version: "2024.02", PrettyName: "Buildroot 2024.02"}},
		{"unknown derivative", `
-- etc/os-release --
ID=Acme
ID_LIKE="ubuntu debian"
`, inventory.OS{ID: "acme", IDLike: []string{"ubuntu", "debian"}, Family: "debian"}},
		{"etc before usr/lib", `
-- etc/os-release --
ID=alpine
-- usr/lib/os-release --
ID=debian
`, inventory.OS{ID: "alpine", Family: "alpine"}},
		{"release files, redhat", `
-- etc/redhat-release --
Red Hat Enterprise Linux Server release 6.10 (Santiago)
`, inventory.OS{ID: "rhel", VersionID: "6.10", Codename: "Santiago", Family: "rhel",
			PrettyName: "Red Hat Enterprise Linux Server release 6.10 (Santiago)"}},
		{"release files, centos", `
-- etc/redhat-release --
CentOS Linux release 7.9.2009 (Core)
`, inventory.OS{ID: "centos", VersionID: "7", Codename: "Core", Family: "rhel", PrettyName: "CentOS Linux release 7.9.2009 (Core)"}},
		{"release files, amazon", `
-- etc/system-release --
Amazon Linux AMI release 2018.03
`, inventory.OS{ID: "amzn", VersionID: "2018.03", Family: "rhel", PrettyName: "Amazon Linux AMI release 2018.03"}},
		{"release files, fedora", `
-- etc/fedora-release --
Fedora release 35 (Thirty Five)
`, inventory.OS{ID: "fedora", VersionID: "35", Codename: "Thirty Five", Family: "rhel", PrettyName: "Fedora release 35 (Thirty Five)"}},
		{"release files, sles 11", `
-- etc/SuSE-release --
SUSE Linux Enterprise Server 11 (x86_64)
VERSION = 11
PATCHLEVEL = 4
`, inventory.OS{ID: "sles", VersionID: "11.4", Family: "suse", PrettyName: "SUSE Linux Enterprise Server 11 (x86_64)"}},
		{"release files, opensuse", `
-- etc/SuSE-release --
openSUSE 13.1 (x86_64)
VERSION = 13.1
CODENAME = Bottle
`, inventory.OS{ID: "opensuse", VersionID: "13.1", Codename: "Bottle", Family: "suse", PrettyName: "openSUSE 13.1 (x86_64)"}},
		{"release files, ubuntu", `
-- etc/lsb-release --
DISTRIB_ID=Ubuntu
DISTRIB_RELEASE=10.04
DISTRIB_CODENAME=lucid
DISTRIB_DESCRIPTION="Ubuntu 10.04.4 LTS"
-- etc/debian_version --
squeeze/sid
`, inventory.OS{ID: "ubuntu", VersionID: "10.04", Codename: "lucid", Family: "debian", PrettyName: "Ubuntu 10.04.4 LTS"}},
		{"release files, debian", `
-- etc/debian_version --
12.5
`, inventory.OS{ID: "debian", VersionID: "12", Family: "debian", PrettyName: "Debian GNU/Linux 12.5"}},
		{"release files, debian testing", `
-- etc/debian_version --
trixie/sid
`, inventory.OS{ID: "debian", Codename: "trixie", Family: "debian", PrettyName: "Debian GNU/Linux trixie/sid"}},
		{"release files, alpine", `
-- etc/alpine-release --
3.12.0
`, inventory.OS{ID: "alpine", VersionID: "3.12.0", Family: "alpine", PrettyName: "Alpine Linux 3.12.0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := host.FromFS(inventorytest.FS(tt.archive), inventory.Host{})
			if diff := cmp.Diff(tt.want, target.Host.OS); diff != "" {
				t.Errorf("OS (-want +got):\n%s", diff)
			}
			if len(target.Problems) > 0 {
				t.Errorf("problems %v, want none", target.Problems)
			}
		})
	}
}

// osRelease opens a root that has only an os-release file.
func osRelease(text string) *inventory.Target {
	return host.FromFS(fstest.MapFS{"etc/os-release": {Data: []byte(text)}}, inventory.Host{})
}

func TestOSReleaseSyntax(t *testing.T) {
	for _, tt := range []struct {
		line string // after ID=x
		want string // PRETTY_NAME
	}{
		{`PRETTY_NAME=plain`, "plain"},
		{`PRETTY_NAME="double quotes"`, "double quotes"},
		{`PRETTY_NAME='single "quotes"'`, `single "quotes"`},
		{`PRETTY_NAME="a \"b\" \$c \\ \` + "`" + ` \d"`, "a \"b\" $c \\ ` \\d"},
		{`PRETTY_NAME='a \" b'`, `a \" b`},
		{`PRETTY_NAME=a\ b\"c`, `a b"c`},
		{`PRETTY_NAME=two words`, "two words"},
		{`PRETTY_NAME="joined"' words'`, "joined words"},
		{`PRETTY_NAME="value" # comment`, "value"},
		{`PRETTY_NAME=a#b`, "a#b"},
		{`PRETTY_NAME="a # b"`, "a # b"},
		{`  PRETTY_NAME="indented"  `, "indented"},
		{"PRETTY_NAME=\"crlf\"\r", "crlf"},
		{`PRETTY_NAME=first` + "\n" + `PRETTY_NAME=last`, "last"},
		{`PRETTY_NAME="Änderung ✓"`, "Änderung ✓"},
		{`PRETTY_NAME=`, ""},
		{`#PRETTY_NAME=comment`, ""},
		{`PRETTY_NAME=ends\`, `ends\`},
	} {
		target := osRelease("\xef\xbb\xbfID=x\r\n\n" + tt.line + "\n")
		if got := target.Host.OS; got.ID != "x" || got.PrettyName != tt.want {
			t.Errorf("%q gives ID %q and name %q, want x and %q", tt.line, got.ID, got.PrettyName, tt.want)
		}
		if len(target.Problems) > 0 {
			t.Errorf("%q: problems %v, want none", tt.line, target.Problems)
		}
	}
}

func TestOSReleaseJunk(t *testing.T) {
	target := osRelease("ID=debian\n<html>\nexport VERSION_ID=12\nPRETTY_NAME=\"open\nVERSION_ID=13\n")
	want := inventory.OS{ID: "debian", Family: "debian", VersionID: "13"}
	if diff := cmp.Diff(want, target.Host.OS); diff != "" {
		t.Errorf("OS (-want +got):\n%s", diff)
	}
	var got []string
	for _, p := range target.Problems {
		got = append(got, p.Error())
	}
	wantProblems := []string{
		"etc/os-release: line 2: not an assignment",
		"etc/os-release: line 3: not an assignment",
		"etc/os-release: line 4: quote is not closed",
	}
	if diff := cmp.Diff(wantProblems, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestOSReleaseManyBadLines(t *testing.T) {
	target := osRelease("ID=x\n" + strings.Repeat("bad\n", 1000))
	last := target.Problems[len(target.Problems)-1]
	if n := len(target.Problems); n != 11 || last.Error() != "etc/os-release: 990 more lines are not assignments" {
		t.Errorf("%d problems, the last is %v", n, last)
	}
}

func TestOSReleaseHostileValues(t *testing.T) {
	target := osRelease("ID=deb\x1b]0;x\x07ian\nPRETTY_NAME=\"\u202eevil\x00 \u0085name\xff\"\nVERSION=" + strings.Repeat("é", 300) + "\n")
	got := target.Host.OS
	if want := "deb\ufffd]0;x\ufffdian"; got.ID != want {
		t.Errorf("ID %q, want %q", got.ID, want)
	}
	if want := "\ufffdevil\ufffd \ufffdname\ufffd"; got.PrettyName != want {
		t.Errorf("PrettyName %q, want %q", got.PrettyName, want)
	}
	if want := strings.Repeat("é", 128); got.Version != want {
		t.Errorf("Version has %d bytes, want %d", len(got.Version), len(want))
	}
	if len(target.Problems) != 3 {
		t.Errorf("problems %v, want one for each value", target.Problems)
	}
}

func TestOSReleaseWithoutID(t *testing.T) {
	target := host.FromFS(inventorytest.FS(`
-- etc/os-release --
NAME="nothing that names it"
-- etc/alpine-release --
3.19.1
`), inventory.Host{})
	if got := target.Host.OS; got.ID != "alpine" || got.VersionID != "3.19.1" {
		t.Errorf("OS %+v, want that of alpine-release", got)
	}
}

func TestOSUnknown(t *testing.T) {
	for _, archive := range []string{"", "-- etc/os-release --\n", "-- etc/redhat-release --\nLinux From Scratch\n"} {
		target := host.FromFS(inventorytest.FS(archive), inventory.Host{})
		n := len(target.Problems)
		if n == 0 || !errors.Is(target.Problems[n-1], host.ErrNoOS) {
			t.Errorf("%q: problems %v, want ErrNoOS last", archive, target.Problems)
		}
	}
}

func TestOSReleaseTooLarge(t *testing.T) {
	target := osRelease("ID=x\n" + strings.Repeat("# padding\n", 100_000))
	if len(target.Problems) != 2 || target.Problems[0].Path != "etc/os-release" {
		t.Errorf("problems %v, want one of the file and ErrNoOS", target.Problems)
	}
}

func FuzzOSRelease(f *testing.F) {
	for _, seed := range []string{
		"ID=debian\nVERSION_ID=\"12\"\n", "ID='a' \"b\" \\c # d\r\n", "\xef\xbb\xbfID=\"open", "ID=\x1b[31m\n=\n", "A=1\nID",
		"ID=debian\nPRETTY_NAME=x/sid", "ID=x\nVERSION=9 (a", strings.Repeat("x\n", 20),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target := osRelease(text)
		os := target.Host.OS
		for _, value := range append(os.IDLike, os.ID, os.VersionID, os.Version, os.Codename, os.Family, os.PrettyName, os.CPE, os.Variant) {
			// A character that was replaced may be longer than it was.
			if len(value) > 256*3 || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
				t.Errorf("value %q", value)
			}
		}
		if len(target.Problems) > 30 {
			t.Errorf("%d problems", len(target.Problems))
		}
		if os.ID == "" && len(target.Problems) == 0 {
			t.Error("no ID and no problem")
		}
	})
}
