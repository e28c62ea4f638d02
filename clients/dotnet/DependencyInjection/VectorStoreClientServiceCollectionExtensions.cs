using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VectorStore.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes the client a service of an application.</summary>
public static class VectorStoreClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="VectorStoreClient"/> for the whole application, made when it is first asked for and disposed with the container. It logs to the application's
    /// <see cref="ILoggerFactory"/> where the options name none.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options, after whatever else configures them. Null: nothing to set.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddVectorStoreClient(this IServiceCollection services, Action<VectorStoreClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<VectorStoreClientOptions>();
        if (configure is not null)
            options.Configure(configure);

        options.PostConfigure<IServiceProvider>(static (options, provider) => options.LoggerFactory ??= provider.GetService<ILoggerFactory>());
        services.TryAddSingleton(static provider => VectorStoreClient.Connect(provider.GetRequiredService<IOptions<VectorStoreClientOptions>>().Value));
        return services;
    }
}
