"""What Elasticsearch and OpenSearch need beyond their archives."""
