// Command screenshots makes every picture of the documents. It runs the program on the simulated
// account with a stepped clock, presses keys as a user would, and draws what the terminal shows.
// The pictures are the same on every machine, byte for byte.
//
//	go run ./screenshots           # into screenshots/
//	go run ./screenshots -only restore
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	into := flag.String("into", "screenshots", "output directory")
	only := flag.String("only", "", "name of the only picture to make")
	flag.Parse()
	if err := renderAll(*into, *only); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots: "+err.Error())
		os.Exit(1)
	}
}

func renderAll(into, only string) error {
	for _, s := range scenes() {
		if only != "" && only != s.name {
			continue
		}
		drawn, err := s.render()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		files := map[string][]byte{".svg": drawn.svg}
		if drawn.still != nil {
			if files[".png"], err = drawn.still.PNG(); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		for suffix, data := range files {
			if err := os.WriteFile(filepath.Join(into, s.name+suffix), data, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
