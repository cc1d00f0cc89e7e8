//! Console passwords of users. Nobody else has one.

use parapet_core::WorldError;
use parapet_guards::{IamEntity, Login, LoginAction, Observed, Resource, facets, on};

use super::{NO_SUCH_ENTITY, deleted, not_a_user};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::LoginProfile {
    const NEEDS: Needs = Needs {
        looks: &[need("IAM:GetLoginProfile", "iam:GetLoginProfile", Scope::User)],
        removals: &[need("IAM:DeleteLoginProfile", "iam:DeleteLoginProfile", Scope::User)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let IamEntity::User(user) = entity else { return Err(not_a_user("read the console password", subject)) };
        login(world, subject, user).await.map(|login| Some(login.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "delete the console password";
        let LoginAction::DeleteLoginProfile = action;
        let IamEntity::User(user) = entity else { return Err(not_a_user(STEP, subject)) };
        deleted(STEP, subject, world.connection.iam().delete_login_profile().user_name(user).send().await)
    }
}

/// The console password of a user; none where there is none. IAM's answer does not tell that from a user that is gone.
async fn login(world: &AwsWorld<'_>, subject: &Resource, user: &str) -> Result<Option<Login>, WorldError> {
    const STEP: &str = "read the console password";
    match world.connection.iam().get_login_profile().user_name(user).send().await {
        Ok(answer) => {
            let profile =
                answer.login_profile.ok_or_else(|| unreadable(STEP, subject, "the answer holds no profile"))?;
            let made = profile.create_date;
            Ok(Some(Login { created: made.to_string(), made_at: Some(made.secs()), ..Login::default() }))
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}
