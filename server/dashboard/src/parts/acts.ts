// What somebody read or did, as the access log and the journal name it.
import { maybe, t } from "kandas-design/words.svelte";
import type { AuditEntry } from "../api/client";
import { word } from "../state/names";

/** What follows the word of a fact, and the list it is a word of. */
const LISTS: Record<string, string> = {
  "person.number": "desk-iin",
  "record.checked": "check",
  "record.decided": "choice",
  "report.decided": "report-did",
  "monitoring.round_acted": "round-did",
  "monitoring.residence_checked": "residence",
  "monitoring.issue_opened": "issue-what",
  "monitoring.issue_acted": "issue-did",
  "monitoring.departure_acted": "departure-did",
  "gap.closed": "choice-reason",
  "device.revoked": "phone-reason",
  "order.issued": "order-kind",
};

export function what(entry: AuditEntry, kind: "read" | "act"): string {
  const said = maybe(`audit-${kind}-${entry.what.replaceAll(/[._]/g, "-")}`);
  if (said) return said;
  // A file that was asked for is said by what stands in it.
  const [of, list = ""] = entry.what.split(".");
  return of === "export" ? `${t("desk-export")}: ${word("export-of", list)}` : entry.what;
}

export function detail(entry: AuditEntry): string {
  const list = LISTS[entry.what];
  return entry.detail ? (list ? word(list, entry.detail) : entry.detail) : "";
}

export function who(entry: AuditEntry): string {
  if (!entry.by_name) return t("audit-system");
  return entry.by_phone ? t("audit-phone", { name: entry.by_name }) : entry.by_name;
}
