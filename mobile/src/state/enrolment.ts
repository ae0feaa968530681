// Why an enrolment did not come about, in the worker's words.
import { maybe, t } from "kandas-design/words.svelte";
import type { Enrolment } from "../api/types";

export function whyNot(ended: Exclude<Enrolment, { outcome: "enrolled" }>): string {
  switch (ended.outcome) {
    case "not_a_link":
      return t("enrol-bad-link");
    case "already_enrolled":
      return t("enrol-one-worker-text", { worker: ended.worker?.name || "—" });
    default:
      return maybe(`problem-${ended.problem}`) ?? maybe(`link-${ended.problem}`) ?? t("link-refused");
  }
}
