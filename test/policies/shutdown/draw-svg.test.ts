import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { folder, pod } from "../../linter/folder.ts";
import { gracewarden } from "../../linter/program.ts";

const anySvg = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/svg"><xs:element name="svg"><xs:complexType mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType></xs:element></xs:schema>`;

test("`timeline --svg` writes a picture of every pod, as XML that holds whatever the names are", async () => {
  const cwd = folder({
    "a.yaml": pod("one").replace(
      "      image:",
      "      lifecycle: { preStop: { sleep: { seconds: 40 } } }\n      image:",
    ),
    "b.yaml": pod('"</svg><script>alert(1)</script>\\u0007"'),
  });
  const { code, stdout, stderr } = await gracewarden(["timeline", "--svg", "clock.svg", "."], { cwd });
  expect([code, stdout, stderr]).toEqual([0, "", ""]);
  const contents = readFileSync(join(cwd, "clock.svg"), "utf8");
  const { errors } = await validateXML({
    xml: [{ fileName: "clock.svg", contents }],
    schema: [{ fileName: "svg.xsd", contents: anySvg }],
  });
  expect(errors).toEqual([]);
  expect(contents).not.toContain("<script");
  expect(contents).toContain("Pod/one a.yaml:1");
  expect(contents).toContain("deletion: 30 s of grace (default of terminationGracePeriodSeconds)");
  expect(contents).toContain("is killed at 32 s");
  const dash = await gracewarden(["timeline", "--svg", "-", "."], { cwd });
  expect(dash.stdout).toBe(contents);
});
