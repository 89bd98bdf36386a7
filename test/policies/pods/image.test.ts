import { expect, it } from "vitest";
import { shellOf, lacksShell } from "../../../policies/pods/image.ts";

it.each([
  ["node", "dash"],
  ["node:24", "dash"],
  ["node:24@sha256:0123", "dash"],
  ["docker.io/library/python:3.13-slim", "dash"],
  ["openjdk:17-slim", "dash"],
  ["mysql:8.0-debian", "dash"],
  ["registry.example:5000/team/app:1.2-bookworm", "dash"],
  ["bitnami/redis:7.2-debian-12-r0", "dash"],
  ["nvidia/cuda:12.4-base-ubuntu22.04", "dash"],

  ["alpine", "replaces"],
  ["node:24-alpine", "replaces"],
  ["node:24-alpine3.22", "replaces"],
  ["nginx:1.29-alpine-slim", "replaces"],
  ["eclipse-temurin:21-ubi9-minimal", "replaces"],
  ["registry.access.redhat.com/ubi9/nodejs-22:1", "replaces"],
  ["quay.io/centos/centos:stream9", "replaces"],
  ["busybox:1.37", "replaces"],
  ["amazonlinux:2023", "replaces"],
  ["mysql:9-oraclelinux9", "replaces"],

  ["", undefined],
  ["app", undefined],
  ["mysql:9", undefined],
  ["openjdk:17", undefined],
  ["team/node:24", undefined],
  ["registry.example/node:24", undefined],
  ["registry.example/app:1-slim", undefined],
  ["alpine.example/app:1", undefined],
  ["team/alpinist:1", undefined],
  ["gcr.io/distroless/nodejs22-debian12", undefined],
])("the `sh` of %s is %s", (image, shell) => {
  expect(shellOf(image)).toBe(shell);
});

it.each([
  ["gcr.io/distroless/static-debian12:nonroot", true],
  ["gcr.io/distroless/base:debug", false],
  ["gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.8.0", true],
  ["gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.8.0-alpine", false],
  ["gcr.io/cloudsql-docker/gce-proxy:1.25.0", true],
  ["gcr.io/cloudsql-docker/gce-proxy:1.25.0-buster", false],
  ["gcr.io/cloudsql-docker/gce-proxy:1.11", false],
  ["registry.example/app:1", false],
])("that %s holds no shell is known: %s", (image, known) => {
  expect(lacksShell(image)).toBe(known);
});
