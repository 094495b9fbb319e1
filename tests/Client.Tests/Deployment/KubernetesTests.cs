using k8s;
using k8s.Models;

namespace DxyOrleans.Client.Tests.Deployment;

/// <summary>The manifests, read strictly by Kubernetes' own models: a field that isn't one fails.</summary>
public sealed class KubernetesTests
{
    static IReadOnlyList<object> Manifests { get; } =
    [
        .. Directory
            .EnumerateFiles(DeploymentFiles.Path("kubernetes"))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), null, strict: true)),
    ];

    static V1Deployment Silos => Manifests.OfType<V1Deployment>().Single();

    static V1Container Silo => Silos.Spec.Template.Spec.Containers.Single();

    [Fact]
    public void Every_manifest_is_one_of_Kubernetes_own()
    {
        Assert.Equal(
            ["V1Deployment", "V1NetworkPolicy", "V1PodDisruptionBudget", "V1Role", "V1RoleBinding", "V1ServiceAccount"],
            Manifests.Select(manifest => manifest.GetType().Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_silo_runs_as_nobody_in_particular_on_a_root_it_cant_write()
    {
        Assert.True(Silos.Spec.Template.Spec.SecurityContext.RunAsNonRoot);
        Assert.NotEqual(0, Silos.Spec.Template.Spec.SecurityContext.RunAsUser);
        Assert.True(Silo.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(Silo.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], Silo.SecurityContext.Capabilities.Drop);
        Assert.Equal("RuntimeDefault", Silos.Spec.Template.Spec.SecurityContext.SeccompProfile.Type);
    }

    [Fact]
    public void Pods_are_probed_by_pages_that_the_silo_serves_and_given_more_time_to_end_than_it_takes()
    {
        var pages = new[] { Silo.StartupProbe, Silo.ReadinessProbe, Silo.LivenessProbe }.Select(probe => probe.HttpGet.Path);
        Assert.Equal(["/health/live", "/health/ready", "/health/live"], pages);
        Assert.InRange(Silos.Spec.Template.Spec.TerminationGracePeriodSeconds!.Value, DeploymentFiles.DrainSeconds + 10, 300);
    }

    [Fact]
    public void No_disruption_and_no_upgrade_takes_two_silos_at_once_and_every_selector_finds_the_pods()
    {
        var labels = Silos.Spec.Template.Metadata.Labels;
        var budget = Manifests.OfType<V1PodDisruptionBudget>().Single();
        Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        Assert.Equal("0", Silos.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.InRange(Silos.Spec.Replicas!.Value, 3, 5);
        foreach (
            var selector in new[]
            {
                Silos.Spec.Selector.MatchLabels,
                budget.Spec.Selector.MatchLabels,
                Manifests.OfType<V1NetworkPolicy>().Single().Spec.PodSelector.MatchLabels,
            }
        )
        {
            Assert.All(selector, label => Assert.Equal(label.Value, labels[label.Key]));
        }
    }

    [Fact]
    public void The_silo_is_told_what_Orleans_wants_to_know_of_its_pod_and_may_look_at_pods_and_nothing_else()
    {
        var told = Silo.Env.Select(one => one.Name).ToList();
        Assert.All((string[])["POD_NAME", "POD_NAMESPACE", "POD_IP", "ORLEANS_SERVICE_ID", "ORLEANS_CLUSTER_ID"], name =>
            Assert.Contains(name, told)
        );
        Assert.All((string[])["orleans/serviceId", "orleans/clusterId"], label =>
            Assert.Contains(label, Silos.Spec.Template.Metadata.Labels.Keys)
        );
        var rule = Assert.Single(Manifests.OfType<V1Role>().Single().Rules);
        Assert.Equal(["pods"], rule.Resources);
        Assert.Equal(["get", "list", "watch"], rule.Verbs);
    }

    [Fact]
    public void Silos_prove_themselves_by_certificates_and_no_password_stands_in_a_manifest()
    {
        Assert.All((string[])["DXY_TLS__CERTIFICATE", "DXY_TLS__KEY", "DXY_TLS__AUTHORITY"], name =>
            Assert.Contains(name, Silo.Env.Select(one => one.Name))
        );
        Assert.DoesNotContain(Silo.Env, one => (one.Value ?? "").Contains("Password", StringComparison.OrdinalIgnoreCase));
        Assert.All(Silo.VolumeMounts.Where(mount => mount.Name != "tmp"), mount => Assert.True(mount.ReadOnlyProperty));
        Assert.Equal(
            Silos.Spec.Template.Spec.Volumes.Select(volume => volume.Name).Order(StringComparer.Ordinal),
            Silo.VolumeMounts.Select(mount => mount.Name).Order(StringComparer.Ordinal)
        );
    }
}
