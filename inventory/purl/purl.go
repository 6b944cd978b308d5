// Package purl writes the package URL of an installed package, as the
// specification's types deb, rpm, apk and the like define it
// (github.com/package-url/purl-spec).
package purl

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/keeppatched/keeppatched/inventory"
)

// Of gives the PURL of a package on a system, or "" where the package has no
// type, name or version. The namespace is the system's ID; the qualifiers are
// arch, distro ("debian-12"), rpm's epoch, and upstream, the source package in
// the form that SBOM tools write for the type: "glibc@2.36-9" where it differs
// from the package, and for rpm always the file, "openssl-3.0.7-27.el9.src.rpm".
func Of(os inventory.OS, p inventory.Package) string {
	if p.Type == "" || p.Name == "" || p.Version == "" {
		return ""
	}
	version := p.Version
	var q packageurl.Qualifiers
	add := func(key, value string) {
		if value != "" {
			q = append(q, packageurl.Qualifier{Key: key, Value: value})
		}
	}
	add("arch", p.Arch)
	if os.ID != "" && os.VersionID != "" {
		add("distro", os.ID+"-"+os.VersionID)
	}
	// The type rpm keeps the epoch out of the version, deb keeps it in.
	if epoch, rest, ok := strings.Cut(p.Version, ":"); ok && p.Type == packageurl.TypeRPM {
		version = rest
		add("epoch", epoch)
	}
	add("upstream", upstream(p))
	return packageurl.NewPackageURL(p.Type, namespace(os, p), p.Name, version, q, "").ToString()
}

// namespace is the vendor for the types that have one: those of operating
// systems.
func namespace(os inventory.OS, p inventory.Package) string {
	switch p.Type {
	case packageurl.TypeDebian, packageurl.TypeRPM, packageurl.TypeApk:
		return os.ID
	}
	return ""
}

// upstream names the source package where it says more than the package does.
func upstream(p inventory.Package) string {
	switch {
	case p.Type == packageurl.TypeRPM && p.Source != "" && p.SourceVersion != "":
		return p.Source + "-" + p.SourceVersion + ".src.rpm"
	case p.Source == "" || p.Source == p.Name && p.SourceVersion == p.Version:
		return ""
	case p.SourceVersion == "" || p.SourceVersion == p.Version:
		return p.Source
	default:
		return p.Source + "@" + p.SourceVersion
	}
}
