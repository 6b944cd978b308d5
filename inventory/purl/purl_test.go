package purl_test

import (
	"fmt"
	"testing"

	"github.com/package-url/packageurl-go"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/purl"
)

func TestOf(t *testing.T) {
	debian := inventory.OS{ID: "debian", VersionID: "12"}
	alma := inventory.OS{ID: "almalinux", VersionID: "9.4"}
	alpine := inventory.OS{ID: "alpine", VersionID: "3.18.4"}
	for _, tc := range []struct {
		name string
		os   inventory.OS
		pkg  inventory.Package
		want string
	}{
		{
			"deb with epoch and source", debian,
			inventory.Package{Type: "deb", Name: "libgcc-s1", Version: "1:12.2.0-14+deb12u1", Arch: "amd64", Source: "gcc-12", SourceVersion: "12.2.0-14+deb12u1"},
			"pkg:deb/debian/libgcc-s1@1:12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14%2Bdeb12u1",
		},
		{
			"deb of its own source", debian,
			inventory.Package{Type: "deb", Name: "curl", Version: "7.88.1-10", Arch: "amd64", Source: "curl", SourceVersion: "7.88.1-10"},
			"pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12",
		},
		{
			"rpm with epoch", alma,
			inventory.Package{Type: "rpm", Name: "openssl-libs", Version: "1:3.0.7-27.el9", Arch: "x86_64", Source: "openssl", SourceVersion: "3.0.7-27.el9"},
			"pkg:rpm/almalinux/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=almalinux-9.4&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
		},
		{
			"apk with origin", alpine,
			inventory.Package{Type: "apk", Name: "libcrypto3", Version: "3.1.4-r0", Arch: "x86_64", Source: "openssl", SourceVersion: "3.1.4-r0"},
			"pkg:apk/alpine/libcrypto3@3.1.4-r0?arch=x86_64&distro=alpine-3.18.4&upstream=openssl",
		},
		{"system unknown", inventory.OS{}, inventory.Package{Type: "deb", Name: "a", Version: "1"}, "pkg:deb/a@1"},
		{"no version", debian, inventory.Package{Type: "deb", Name: "a"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := purl.Of(tc.os, tc.pkg)
			if got != tc.want {
				t.Errorf("Of = %q, want %q", got, tc.want)
			}
			if got == "" {
				return
			}
			if _, err := packageurl.FromString(got); err != nil {
				t.Errorf("does not parse: %v", err)
			}
		})
	}
}

func ExampleOf() {
	os := inventory.OS{ID: "debian", VersionID: "12"}
	fmt.Println(purl.Of(os, inventory.Package{Type: "deb", Name: "bash", Version: "5.2.15-2", Arch: "amd64"}))
	// Output: pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12
}
