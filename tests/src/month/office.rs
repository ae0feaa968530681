//! What the offices do in the month beside checking: an administrator says what this centre counts by, directors report to
//! the executive body (§39), which returns one report and accepts its second version.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use kandas_fixtures::district::District;
use kandas_server::{
    all,
    office::{
        self,
        reasons::{self, WantedReason},
        reference::{self, WantedValue},
        report::making,
        session::{self, Stage},
        signing::Proof,
    },
    users::{self, NewUser},
};
use kandas_shared::{
    calendar::ReportMonth,
    finding::Threshold,
    ids::{OrgUnitId, ReportId},
    locale::Lang,
    pulled::{Role, User},
    reason::{ReasonList, ReasonText},
    report::{ReportAct, month_before},
};

use super::centre::Centre;

/// Of whoever signs a report; the demonstration gives its people others.
const PASSWORD: &str = "бір айдың сынақ жұмысы";

impl Centre {
    /// The first morning: what this centre says of its own, so that reference data has a history.
    pub async fn settle(&self, district: &District, today: NaiveDate) -> Result<()> {
        let unit = district.org_units.iter().find(|unit| unit.kind == "cc").context("no career centre")?;
        let new = NewUser {
            login: "test.admin".into(),
            name: "СЫНАМАЛЫ ӘКІМШІ".into(),
            role: Role::Admin,
            org_unit: OrgUnitId(unit.id),
            language: Lang::Kk,
        };
        let mut tx = self.state.store.write().await?;
        let admin = users::add(&mut tx, self.clock.wall(), &*self.chance, new, None).await?;
        tx.commit().await?;
        let text = ReasonText {
            kk: "Құжаттың мерзімі өтіп кеткен".into(),
            ru: "Срок действия документа истёк".into(),
            en: "The paper is out of date".into(),
        };
        let added = WantedReason {
            list: ReasonList::Return,
            code: None,
            from: today,
            text: Some(text),
            offered: true,
            why: "Жетекшілер жиі сұрайды".into(),
        };
        reasons::set_reason(&self.state, &admin, added).await?;
        let sample = WantedValue { name: Threshold::SamplePercent, from: today, value: Some(8.0) };
        reference::set_value(&self.state, &admin, sample).await?;
        Ok(())
    }

    /// An evening after the end of a month, the how many-th of those on which people work: each centre reports; the first
    /// report comes back once and is accepted, the others wait for the executive body.
    pub async fn reports(&self, district: &District, day: NaiveDate, number: usize) -> Result<()> {
        let month = month_before(ReportMonth::of(day));
        for (nr, director) in self.of_role(district, "cc_dir").await?.iter().enumerate() {
            match (number, nr) {
                (1, _) => self.report(director, month).await?,
                (2, 0) => {
                    let text = "Екінші жолдағы күнді тексеріңіз / Проверьте день во второй строке";
                    self.decided(district, director, ReportAct::Return, Some(text)).await?;
                    self.report(director, month).await?;
                }
                (3, 0) => self.decided(district, director, ReportAct::Accept, None).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The last day: the first centre looks at how its report of this month will be.
    pub async fn draft(&self, district: &District, today: NaiveDate) -> Result<()> {
        let directors = self.of_role(district, "cc_dir").await?;
        let director = directors.first().context("no director")?;
        making::draft(&self.state, director, director.org_unit, ReportMonth::of(today)).await?;
        Ok(())
    }

    async fn of_role(&self, district: &District, role: &str) -> Result<Vec<User>> {
        let mut tx = self.state.store.read().await?;
        let mut found = Vec::new();
        for user in district.users.iter().filter(|user| user.role == role) {
            found.push(users::find(&mut tx, &user.login).await?);
        }
        Ok(found)
    }

    async fn report(&self, director: &User, month: ReportMonth) -> Result<()> {
        let report = making::draft(&self.state, director, director.org_unit, month).await?;
        let now = self.clock.wall();
        office::set_password(&self.state.store, now, &*self.chance, director, PASSWORD).await?;
        let mut tx = self.state.store.write().await?;
        let (_, session) =
            session::open(&self.state, &mut tx, director.clone(), Stage::Full, false, now).await?;
        tx.commit().await?;
        let proof = Proof { password: Some(PASSWORD.to_owned()), ..Proof::default() };
        making::sign(&self.state, &session, report, proof).await?;
        session::end(&self.state.store, &session).await?;
        making::send(&self.state, director, report).await?;
        Ok(())
    }

    /// The executive body has its say about the report that the director's centre sent.
    async fn decided(
        &self,
        district: &District,
        director: &User,
        act: ReportAct,
        text: Option<&str>,
    ) -> Result<()> {
        let bodies = self.of_role(district, "mio_set_head").await?;
        let body = bodies.first().context("no executive body")?;
        let mut tx = self.state.store.read().await?;
        let sql = "select id from report where org_unit = $1 and state = 'sent' order by month desc";
        let sent = all!(&mut tx, (ReportId,), sql, director.org_unit).await?;
        drop(tx);
        let (report,) = *sent.first().context("no report was sent")?;
        making::decide(&self.state, body, report, act, text.map(str::to_owned)).await?;
        Ok(())
    }
}
