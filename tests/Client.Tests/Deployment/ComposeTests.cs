using System.Net;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace DxyOrleans.Client.Tests.Deployment;

public sealed class ComposeTests
{
    static Dictionary<object, object> Compose { get; } =
        new DeserializerBuilder()
            .Build()
            .Deserialize<Dictionary<object, object>>(
                new MergingParser(new Parser(new StringReader(DeploymentFiles.Text("compose/compose.yaml"))))
            );

    static Dictionary<object, object> At(object map, string key) => (Dictionary<object, object>)((Dictionary<object, object>)map)[key];

    static IReadOnlyList<Dictionary<object, object>> Silos =>
        [
            .. At(Compose, "services")
                .Where(service => service.Key is string name && name.StartsWith("silo-", StringComparison.Ordinal))
                .Select(service => (Dictionary<object, object>)service.Value),
        ];

    [Fact]
    public void There_are_three_silos_of_one_cluster_each_at_an_address_of_its_own_on_a_network_nobody_else_is_on()
    {
        Assert.Equal(3, Silos.Count);
        Assert.Single(
            Silos.Select(silo => $"{At(silo, "environment")["DXY_CLUSTERID"]} {At(silo, "environment")["DXY_SERVICEID"]}").Distinct()
        );
        var network = IPNetwork.Parse(
            (string)((Dictionary<object, object>)((List<object>)At(At(At(Compose, "networks"), "silos"), "ipam")["config"])[0])["subnet"]
        );
        var addresses = Silos.Select(silo => (string)At(silo, "environment")["DXY_ADDRESS"]).ToList();
        Assert.Equal(3, addresses.Distinct().Count());
        Assert.All(Silos.Zip(addresses), pair => Assert.Equal(pair.Second, At(At(pair.First, "networks"), "silos")["ipv4_address"]));
        Assert.All(addresses, address => Assert.True(network.Contains(IPAddress.Parse(address)), address));
        Assert.Equal("true", At(At(Compose, "networks"), "silos")["internal"]);
    }

    [Fact]
    public void Silos_run_as_nobody_in_particular_on_a_root_they_cant_write_and_nothing_is_published()
    {
        Assert.All(Silos.Append(At(At(Compose, "services"), "console")), service =>
        {
            Assert.Equal("true", service["read_only"]);
            Assert.StartsWith("1000", (string)service["user"], StringComparison.Ordinal);
            Assert.Equal(["ALL"], (List<object>)service["cap_drop"]);
        });
        Assert.All(At(Compose, "services").Values, service => Assert.DoesNotContain("ports", ((Dictionary<object, object>)service).Keys));
    }

    [Fact]
    public void A_silo_has_more_time_to_end_than_it_takes_and_is_asked_whether_it_is_ready()
    {
        Assert.All(Silos, silo =>
        {
            Assert.InRange(
                int.Parse(((string)silo["stop_grace_period"]).TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture),
                DeploymentFiles.DrainSeconds + 10,
                300
            );
            Assert.Contains("/health/ready", string.Join(' ', (List<object>)At(silo, "healthcheck")["test"]), StringComparison.Ordinal);
            Assert.Equal("service_healthy", At(At(silo, "depends_on"), "db")["condition"]);
        });
    }

    [Fact]
    public void Passwords_come_from_files_that_git_ignores()
    {
        var files = At(Compose, "secrets")
            .Values.Select(secret => ((string)((Dictionary<object, object>)secret)["file"]).Replace("./", "", StringComparison.Ordinal));
        Assert.Equal(files.Order(), DeploymentFiles.Text("compose/.gitignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.DoesNotContain("Password=", DeploymentFiles.Text("compose/compose.yaml"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_check_whether_a_silo_is_ready_tells_ready_from_not()
    {
        // Read by the YAML parser as Compose does, so that its quoting is what is tried.
        var test = (List<object>)At(Silos[0], "healthcheck")["test"];
        Assert.Equal(["CMD", "bash", "-c"], test.Take(3));
        Assert.Equal((0, 1), (Answer("200 OK"), Answer("503 Service Unavailable")));

        int Answer(string status)
        {
            using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            var script = ((string)test[3]).Replace(
                "/127.0.0.1/8080",
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/127.0.0.1/{port}"),
                StringComparison.Ordinal
            );
            using var check = System.Diagnostics.Process.Start("bash", ["-c", script]);
            using (var client = listener.AcceptTcpClient())
            {
                client.GetStream().ReadExactly(new byte["GET /health/ready HTTP/1.0\r\n\r\n".Length]);
                client.GetStream().Write(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n\r\n"));
            }

            check.WaitForExit();
            return check.ExitCode;
        }
    }
}
