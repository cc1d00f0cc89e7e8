//! Whether images are scanned on push, as the repository asks for it.

use aws_sdk_ecr::types::ImageScanningConfiguration;
use parapet_core::WorldError;
use parapet_guards::{Observed, Put, Resource, Scanning, facets, on};

use super::{described, told};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{unreadable, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::RepositoryScanning {
    const NEEDS: Needs = Needs {
        looks: &[need("ECR:DescribeRepositories", "ecr:DescribeRepositories", Scope::Repository)],
        writes: &[need("ECR:PutImageScanningConfiguration", "ecr:PutImageScanningConfiguration", Scope::Repository)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the image scanning";
        let Some(repository) = described(world, STEP, subject, name).await? else { return Ok(None) };
        let configuration = repository.image_scanning_configuration.as_ref();
        let configuration = configuration.ok_or_else(|| unreadable(STEP, subject, "the answer does not say"))?;
        Ok(Some(Observed::of(Scanning { on_push: configuration.scan_on_push }, told(&repository))))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let configuration = ImageScanningConfiguration::builder().scan_on_push(desired.on_push).build();
        let put = world.connection.ecr().put_image_scanning_configuration().registry_id(&world.home.account);
        let put = put.repository_name(name).image_scanning_configuration(configuration);
        written("write the image scanning", subject, put.send().await)
    }
}
