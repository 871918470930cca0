// Command deb builds the .deb that a release would build for one machine, from the nfpms section of
// .goreleaser.yaml. It takes seconds to compile, where goreleaser takes minutes. Run it in the
// root of vpsdeck.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/goreleaser/goreleaser/v2/pkg/config"
	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
)

// options are the flags: what goreleaser would find out itself.
type options struct {
	binary, version, date, arch, output string
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "", "the built vpsdeck")
	flag.StringVar(&o.version, "version", "", "version of the package, without a leading v")
	flag.StringVar(&o.date, "date", "", "date of the commit, in RFC 3339")
	flag.StringVar(&o.arch, "arch", "", "architecture, as in GOARCH")
	flag.StringVar(&o.output, "output", "", "file to write")
	flag.Parse()
	if err := build(o); err != nil {
		fmt.Fprintln(os.Stderr, "deb:", err)
		os.Exit(1)
	}
}

func build(o options) error {
	project, err := config.Load(".goreleaser.yaml")
	if err != nil {
		return err
	}
	if len(project.NFPMs) != 1 {
		return fmt.Errorf(".goreleaser.yaml has %d packages in nfpms; this program knows one", len(project.NFPMs))
	}
	info, err := o.describe(project.ProjectName, project.NFPMs[0])
	if err != nil {
		return err
	}
	file, err := os.Create(o.output)
	if err != nil {
		return err
	}
	if err := deb.Default.Package(info, file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// describe returns the package as goreleaser describes it to nfpm. It knows the settings that
// .goreleaser.yaml uses; make release-check compares the two packages byte by byte.
func (o options) describe(name string, p config.NFPM) (*nfpm.Info, error) {
	modified, err := time.Parse(time.RFC3339, o.date)
	if err != nil {
		return nil, err
	}
	homepage, err := expand(p.Homepage)
	if err != nil {
		return nil, err
	}
	var contents files.Contents
	for _, c := range p.Contents {
		contents = append(contents, &files.Content{Source: c.Source, Destination: c.Destination, Type: c.Type,
			Packager: c.Packager, FileInfo: &files.ContentFileInfo{Mode: c.FileInfo.Mode}})
	}
	contents = append(contents, &files.Content{Source: o.binary, Destination: filepath.Join("/usr/bin", name),
		FileInfo: &files.ContentFileInfo{Mode: 0o755, MTime: modified}})
	return nfpm.WithDefaults(&nfpm.Info{
		Name: name, Version: o.version, Arch: o.arch, Platform: "linux", MTime: modified, Homepage: homepage,
		Section: p.Section, Priority: p.Priority, Maintainer: p.Maintainer, Vendor: p.Vendor,
		Description: p.Description, License: p.License,
		Overridables: nfpm.Overridables{
			Contents: contents, Depends: p.Dependencies, Recommends: p.Recommends, Suggests: p.Suggests,
			Scripts: nfpm.Scripts{PreInstall: p.Scripts.PreInstall, PostInstall: p.Scripts.PostInstall,
				PreRemove: p.Scripts.PreRemove, PostRemove: p.Scripts.PostRemove},
			Deb: nfpm.Deb{ArchVariant: "v1", Compression: p.Deb.Compression},
		},
	}), nil
}

// expand replaces {{ .Env.NAME }} by the environment variable, as goreleaser does.
func expand(text string) (string, error) {
	env := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	parsed, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = parsed.Execute(&out, map[string]any{"Env": env})
	return out.String(), err
}
