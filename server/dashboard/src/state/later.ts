// Screens that are seldom needed come when somebody opens them, with their words.
import type { Component } from "svelte";
import { words, type Own } from "kandas-design/words.svelte";

const KEEP: Own = {
  kk: () => import("virtual:messages/kk-keep"),
  ru: () => import("virtual:messages/ru-keep"),
  en: () => import("virtual:messages/en-keep"),
};

const DUE: Own = {
  kk: () => import("virtual:messages/kk-due"),
  ru: () => import("virtual:messages/ru-due"),
  en: () => import("virtual:messages/en-due"),
};

const FIND: Own = {
  kk: () => import("virtual:messages/kk-find"),
  ru: () => import("virtual:messages/ru-find"),
  en: () => import("virtual:messages/en-find"),
};

const FLEET: Own = {
  kk: () => import("virtual:messages/kk-fleet"),
  ru: () => import("virtual:messages/ru-fleet"),
  en: () => import("virtual:messages/en-fleet"),
};

const PLAN: Own = {
  kk: () => import("virtual:messages/kk-plan"),
  ru: () => import("virtual:messages/ru-plan"),
  en: () => import("virtual:messages/en-plan"),
};

const STAFF: Own = {
  kk: () => import("virtual:messages/kk-staff"),
  ru: () => import("virtual:messages/ru-staff"),
  en: () => import("virtual:messages/en-staff"),
};

const FAMILY: Own = {
  kk: () => import("virtual:messages/kk-family"),
  ru: () => import("virtual:messages/ru-family"),
  en: () => import("virtual:messages/en-family"),
};

const SIGN: Own = {
  kk: () => import("virtual:messages/kk-sign"),
  ru: () => import("virtual:messages/ru-sign"),
  en: () => import("virtual:messages/en-sign"),
};

async function withWords<Of>(screen: Promise<{ default: Of }>, own: Own): Promise<Of> {
  const [found] = await Promise.all([screen, words.join(own)]);
  return found.default;
}

/** Asked for once: what came stays. */
function once<Props extends Record<string, unknown>>(load: () => Promise<{ default: Component<Props> }>, own: Own = KEEP): () => Promise<Component<Props>> {
  let found: Promise<Component<Props>> | undefined;
  return () =>
    (found ??= withWords(load(), own).catch((error: unknown) => {
      found = undefined;
      throw error;
    }));
}

/** Screens whose words are there already. */
function plain<Props extends Record<string, unknown>>(load: () => Promise<{ default: Component<Props> }>): () => Promise<Component<Props>> {
  let found: Promise<Component<Props>> | undefined;
  return () =>
    (found ??= load().then(
      (screen) => screen.default,
      (error: unknown) => {
        found = undefined;
        throw error;
      },
    ));
}

export const later = {
  pdf: plain(() => import("../parts/PdfPages.svelte")),
  family: plain(() => import("../screens/Family.svelte")),
  person: plain(() => import("../screens/PersonPage.svelte")),
  assessments: plain(() => import("../screens/Assessments.svelte")),
  assessment: plain(() => import("../screens/AssessmentPage.svelte")),
  conclusion: plain(() => import("../screens/ConclusionPage.svelte")),
  reference: plain(() => import("../screens/Reference.svelte")),
  deadlines: once(() => import("../screens/Deadlines.svelte"), DUE),
  fleet: once(() => import("../screens/Fleet.svelte"), FLEET),
  retention: once(() => import("../screens/Retention.svelte")),
  erase: once(() => import("../screens/ErasePage.svelte")),
  erased: once(() => import("../screens/ErasedPage.svelte")),
  plans: once(() => import("../screens/Plans.svelte"), PLAN),
  plan: once(() => import("../screens/PlanPage.svelte"), PLAN),
  people: once(() => import("../screens/People.svelte"), STAFF),
  consent: once(() => import("../screens/ConsentPage.svelte")),
  exchange: once(() => import("../screens/Exchange.svelte")),
  queueFilter: once(() => import("../parts/QueueFilter.svelte"), FIND),
  search: once(() => import("../parts/SearchDialog.svelte"), FIND),
  card: once(() => import("../screens/CasePage.svelte"), FAMILY),
  handovers: once(() => import("../screens/Handovers.svelte"), FAMILY),
  familyCase: once(() => import("../parts/FamilyCase.svelte"), FAMILY),
  signFile: once(() => import("../parts/SignFile.svelte"), SIGN),
  signatureFiles: once(() => import("../parts/SignatureFiles.svelte"), SIGN),
  cmsFound: once(() => import("../parts/CmsFound.svelte"), SIGN),
  exchangeMarks: once(() => import("../parts/ExchangeMarks.svelte")),
};
