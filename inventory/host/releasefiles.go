package host

import (
	"errors"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// releaseFiles are the files that systems without os-release describe
// themselves with. The first that names a system counts: those of one system
// come before those that its descendants keep as well, so debian_version, which
// Ubuntu has too, is last.
var releaseFiles = []struct {
	name  string
	parse func(text string) inventory.OS
}{
	{"etc/alpine-release", alpineRelease},
	{"etc/almalinux-release", redhatRelease},
	{"etc/rocky-release", redhatRelease},
	{"etc/oracle-release", redhatRelease},
	{"etc/centos-release", redhatRelease},
	{"etc/fedora-release", redhatRelease},
	{"etc/redhat-release", redhatRelease},
	{"etc/system-release", redhatRelease}, // Amazon Linux
	{"etc/SuSE-release", suseRelease},
	{"etc/lsb-release", lsbRelease},
	{debianVersion, debianRelease},
}

const debianVersion = "etc/debian_version"

var errUnknownRelease = errors.New("names no system that is known")

// readReleaseFiles describes the system by the first release file that does.
func (g *gatherer) readReleaseFiles() inventory.OS {
	for _, f := range releaseFiles {
		data, ok := g.file(f.name)
		if !ok {
			continue
		}
		os := f.parse(strings.TrimSpace(string(data)))
		if os.ID == "" {
			g.problem(f.name, "", errUnknownRelease)
			continue
		}
		os.ID = g.clean(f.name, "ID", strings.ToLower(os.ID))
		os.VersionID = g.clean(f.name, "version", os.VersionID)
		os.Codename = g.clean(f.name, "codename", os.Codename)
		os.PrettyName = g.clean(f.name, "name", os.PrettyName)
		os.Family = family(os.ID, nil)
		return os
	}
	return inventory.OS{}
}

// debianCodename is the codename in debian_version, which only testing and
// unstable have there.
func (g *gatherer) debianCodename() string {
	data, ok := g.file(debianVersion)
	if !ok {
		return ""
	}
	return g.clean(debianVersion, "codename", testing(string(data)))
}

// alpineRelease is the bare version: "3.12.0".
func alpineRelease(text string) inventory.OS {
	return inventory.OS{ID: "alpine", VersionID: firstLine(text), PrettyName: "Alpine Linux " + firstLine(text)}
}

// redhatNames are the names that release files of the Red Hat family start with,
// with the ID that os-release has for them.
var redhatNames = []struct{ prefix, id string }{
	{"Red Hat Enterprise Linux", "rhel"},
	{"AlmaLinux", "almalinux"},
	{"Rocky Linux", "rocky"},
	{"CentOS", "centos"},
	{"Oracle Linux", "ol"},
	{"Fedora", "fedora"},
	{"Amazon Linux", "amzn"},
	{"Scientific Linux", "scientific"},
}

// redhatRelease is one line: "AlmaLinux release 8.10 (Cerulean Leopard)".
func redhatRelease(text string) inventory.OS {
	line := firstLine(text)
	os := inventory.OS{PrettyName: line, Codename: parenthesised(line)}
	for _, n := range redhatNames {
		if strings.HasPrefix(line, n.prefix) {
			os.ID = n.id
			break
		}
	}
	if _, after, ok := strings.Cut(line, " release "); ok {
		os.VersionID, _, _ = strings.Cut(after, " ")
	}
	if os.ID == "centos" { // whose os-release has the major version only
		os.VersionID, _, _ = strings.Cut(os.VersionID, ".")
	}
	return os
}

// suseRelease is the name, then lines "KEY = value" with the service pack apart.
func suseRelease(text string) inventory.OS {
	name := firstLine(text)
	os := inventory.OS{PrettyName: name}
	switch {
	case strings.HasPrefix(name, "SUSE Linux Enterprise Server"):
		os.ID = "sles"
	case strings.HasPrefix(name, "SUSE Linux Enterprise Desktop"):
		os.ID = "sled"
	case strings.HasPrefix(name, "openSUSE"):
		os.ID = "opensuse"
	}
	patch := ""
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "VERSION":
			os.VersionID = value
		case "PATCHLEVEL":
			patch = value
		case "CODENAME":
			os.Codename = value
		}
	}
	if patch != "" && patch != "0" {
		os.VersionID += "." + patch
	}
	return os
}

// lsbRelease is the file of the Linux Standard Base, as old Ubuntus have it. Its
// bad lines show in what is missing.
func lsbRelease(text string) inventory.OS {
	vars, _ := readAssignments("", []byte(text))
	return inventory.OS{
		ID:         vars["DISTRIB_ID"],
		VersionID:  vars["DISTRIB_RELEASE"],
		Codename:   vars["DISTRIB_CODENAME"],
		PrettyName: vars["DISTRIB_DESCRIPTION"],
	}
}

// debianRelease is "12.5", or "trixie/sid" in testing and unstable. VERSION_ID
// of Debian's os-release is the number before the point.
func debianRelease(text string) inventory.OS {
	line := firstLine(text)
	if line == "" {
		return inventory.OS{}
	}
	os := inventory.OS{ID: "debian", Codename: testing(line), PrettyName: "Debian GNU/Linux " + line}
	if os.Codename == "" {
		os.VersionID, _, _ = strings.Cut(line, ".")
	}
	return os
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}
