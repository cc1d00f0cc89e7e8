//! Which insights a trail computes, and of which categories of events.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudtrail::types::{InsightSelector, InsightType, SourceEventCategory};
use parapet_core::WorldError;
use parapet_guards::{InsightsAction, Observed, Resource, facets, on};

use super::NO_TRAIL;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

/// Types of insights, with their categories of events; of none where CloudTrail names none.
type Insights = BTreeMap<String, BTreeSet<String>>;

async fn read(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<Option<Insights>, WorldError> {
    const STEP: &str = "read the insight selectors";
    match world.connection.cloudtrail().get_insight_selectors().trail_name(name).send().await {
        Ok(answer) => {
            let insights: Option<Insights> =
                answer.insight_selectors.unwrap_or_default().into_iter().map(seen).collect();
            insights.map(Some).ok_or_else(|| unreadable(STEP, subject, "a selector has no type"))
        }
        Err(error) => match code(&error) {
            NO_TRAIL => Ok(None),
            "InsightNotEnabledException" => Ok(Some(Insights::new())),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// None: it has no type, and would be switched off by the next write.
fn seen(selector: InsightSelector) -> Option<(String, BTreeSet<String>)> {
    let of = selector.event_categories.unwrap_or_default();
    Some((selector.insight_type?.as_str().to_owned(), of.iter().map(|category| category.as_str().to_owned()).collect()))
}

/// All selectors are written at once: what is not sent is switched off.
async fn write(world: &AwsWorld<'_>, subject: &Resource, name: &str, desired: &Insights) -> Result<(), WorldError> {
    let selectors = desired.iter().map(wanted).collect();
    let put = world.connection.cloudtrail().put_insight_selectors().trail_name(name);
    let put = put.set_insight_selectors(Some(selectors));
    written("write the insight selectors", subject, put.send().await)
}

fn wanted((insight, of): (&String, &BTreeSet<String>)) -> InsightSelector {
    let of: Vec<SourceEventCategory> = of.iter().map(|category| SourceEventCategory::from(category.as_str())).collect();
    InsightSelector::builder()
        .insight_type(InsightType::from(insight.as_str()))
        .set_event_categories((!of.is_empty()).then_some(of))
        .build()
}

impl Adapter for facets::TrailInsights {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetInsightSelectors", "cloudtrail:GetInsightSelectors", Scope::AnyTrail)],
        writes: &[need("CloudTrail:PutInsightSelectors", "cloudtrail:PutInsightSelectors", Scope::Trail)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, name).await.map(|insights| Some(insights.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let InsightsAction::PutInsightSelectors(desired) = action;
        write(world, subject, name, desired).await
    }
}
