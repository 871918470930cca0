package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// resource is a server, a backup or a snapshot, with the fields that the program shows.
type resource struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Hostname string `json:"hostname"`
	Status   string `json:"status"`
	IP       string `json:"ip_address"`
	Location string `json:"location"`
	Plan     struct {
		Name    string `json:"name"`
		VCPUs   int    `json:"vcpus"`
		Memory  int    `json:"memory"`
		Storage int    `json:"storage"`
	} `json:"plan"`
	OS     struct{ Name string } `json:"os"`
	Server struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"server"`
	Type        string     `json:"backup_type"`
	SizeMB      *int64     `json:"size_mb"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	Description string     `json:"description"`
}

// fetchTimes are the times of the simplest way to read an account: page after page, each with
// json.Unmarshal.
type fetchTimes struct {
	total    time.Duration
	decoding time.Duration // part of total
}

func fetchSequentially(url string) (fetchTimes, error) {
	var f fetchTimes
	began := time.Now()
	for _, path := range []string{"/servers/", "/backups/", "/snapshots/"} {
		for next := url + path; next != ""; {
			body, err := getPage(next)
			if err != nil {
				return f, err
			}
			var page struct {
				Next    string
				Results []resource
			}
			read := time.Now()
			if err := json.Unmarshal(body, &page); err != nil {
				return f, fmt.Errorf("reading %s: %w", next, err)
			}
			f.decoding += time.Since(read)
			next = page.Next
		}
	}
	f.total = time.Since(began)
	return f, nil
}

func getPage(url string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("requesting %s: %w", url, err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("requesting %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", url, err)
	}
	return body, nil
}
